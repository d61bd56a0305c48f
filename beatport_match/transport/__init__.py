"""Everything between a request and the network, for all tasks and threads that share a matcher.

    http               makes a client, sends a request once
    bounded_body       reads a body of limited size
    client_pool        the library's own clients: one connection for each request in flight
    proxies            the proxy of a request, for messages
    rate_limiter       decides when the next request may be sent; the circuit breaker
    rate_rules         the rules of the rate limiter
    reachability       the rules for a site that does not answer
    shared_rate_limit  one rate limit for several processes or machines
    rate_limit_file    the same for one machine, in a file
    answer_cache       parsed results in memory, and then the cache on disk; single flight
    sqlite_cache       parsed results in an SQLite file that several programs may share
    cache_codec        converts a parsed result to bytes and back
    shared             the client, limiter and cache that the module-level functions share
    token_store        the user's tokens for the API: token file, validity, refresh
    worker_threads     blocking calls of async code

What a response means, and whether a request is retried, is decided in `matching`. URLs and JSON
keys of Beatport are in `beatport`. The engines in `engine` call these modules.
"""
