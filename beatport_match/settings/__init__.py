"""Settings: the models, the settings file and the environment variables.

`models` defines `MatchSettings` and `AsyncSettings` with names, defaults, ranges and validation;
`frozen` is their base.
`files` reads and writes a settings file (TOML or JSON) and converts older versions. `environment`
overrides settings by environment variables.
"""
