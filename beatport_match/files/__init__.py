"""Access to files on the disk, for every package that reads or writes them.

    atomic_write.py  write a file completely or not at all
    text_reader.py   read text files in bounded pieces, and detect their encoding

This package knows no file format.
"""
