"""Everything between a request and the network, for all tasks and threads that share a matcher.

    http               makes an `httpx` client, sends a request once, reads a body of limited size
    bounded_body       decompresses a response up to a size limit
    proxies            the proxy of a request, for messages
    worker_threads     runs a blocking call of async code in a thread
    client_pool        the library's own async client: one connection for each request in flight
    rate_limiter       when the next request may be sent; the circuit breaker
    rate_rules         the rules of the rate limiter
    reachability       whether the site can be reached; stops sending if no request is answered
    shared_rate_limit  one rate limit for several processes or machines
    rate_limit_file    the same for one machine, in a file
    answer_cache       parsed results in memory, and then the cache on disk
    sqlite_cache       parsed results in an SQLite file that several programs may share
    cache_codec        a parsed result as bytes, and back
    single_flight      equal requests at the same time are sent once
    shared             what the module-level functions share
    token_store        the user's tokens for the API: token file, validity, refresh

What a response means, and whether a request is retried, is decided in `matching`. URLs and JSON
keys of Beatport are in `beatport`. The engines in `engine` call these modules.
"""
