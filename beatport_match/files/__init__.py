"""Access to files on the disk, for every package that reads or writes them.

    atomic_write.py  write a file completely or not at all
    locked_file.py   let one program at a time write a file or a folder
    guarded_read.py  read only regular files, only up to a size; why a file cannot be read
    text_reader.py   read playlist files in bounded pieces, and detect their encoding
    csv_records.py   split lines into CSV records of bounded length

This package does not know the columns and keys of any file.
"""
