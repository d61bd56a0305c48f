"""Turn text into structure: titles, versions, names and the fields of playlist entries.

    normalize        spellings of one text become one string (case, accents, dashes, spaces)
    scripts          writing systems, and the spelling of a text in Latin letters
    damaged_text     shortens texts and repairs damaged characters
    vocabulary       the word tables: kinds of version, noise, connectives, numerals
    word_frequency   how much information a word carries
    typos            whether two words differ only by a typing mistake
    noise            what collections, file names and sites add around a title
    versions         a phrase such as "Nørd Remix" -> `Version`
    titles           a title -> `ParsedTitle` (base, version, remixers, featured artists, noise)
    title_splits     a `ParsedTitle` -> each way to divide it into artists, title and the rest
    parsed_track     a candidate -> `ParsedTrack`; names, ISRC, Beatport ID
    interpretations  a local track -> every plausible `ParsedTrack`, the most likely first
    field_values     one field of a playlist entry -> text, number, year, length or path

Rules: the functions are pure (no I/O, no clock, no shared state except caches of results). Any text
is valid input: a parser never raises an error because of it, and the work on a long text is
bounded. The base of a title is empty only if the title is blank. The modules decide what a text
means; `scoring` decides how many points an agreement or a difference gives.
"""
