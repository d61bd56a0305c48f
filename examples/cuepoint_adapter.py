"""Fill the fields of CuePoint's `BeatportCandidate` and `TrackResult` from a `Match`.

`python examples/cuepoint_adapter.py` matches one track at a fake Beatport on this machine. In
CuePoint, write `BeatportCandidate(**candidate_fields(match, scored))`.
"""

from typing import Any

from beatport_match import Match, MatchSettings, ScoredCandidate, match_track
from beatport_match.testing import FakeBeatport


def candidate_fields(match: Match, scored: ScoredCandidate) -> dict[str, Any]:
    """Return the fields of a `BeatportCandidate`."""
    found = scored.candidate
    index = scored.query_index
    elapsed_s = None if index is None else match.queries[index].elapsed_s
    points = {line.name: line.effect for line in scored.evidence}
    bonuses = points.get("year", 0.0), points.get("key", 0.0)
    return {
        "url": scored.url or f"https://www.beatport.com/track/-/{scored.id}",
        "title": f"{found.name} ({found.mix_name})" if found.mix_name else found.name,
        "artists": ", ".join(found.artists),
        "label": found.label,
        "release_date": found.release_date,
        "bpm": None if found.bpm is None else f"{found.bpm:g}",
        "key": found.key,
        "genre": found.genre,
        "score": scored.score,
        "title_sim": round(scored.title_similarity or 0),
        "artist_sim": round(scored.artist_similarity or 0),
        "query_index": index or 0,
        "query_text": scored.query_text,
        "candidate_index": scored.place or 0,
        "base_score": scored.score - sum(bonuses),
        # Less than one point, so they are not whole numbers here.
        "bonus_year": bonuses[0],
        "bonus_key": bonuses[1],
        "guard_ok": scored.relation == "same_recording",
        "reject_reason": str(scored.reject_reason or ""),
        "elapsed_ms": round(1000 * (elapsed_s or 0)),
        "is_winner": scored == match.accepted,
        "remixers": ", ".join(found.remixers) or None,
        "subgenre": found.sub_genre,
        "artwork_url": found.artwork_url,
        "preview_url": found.preview_url,
        "release_year": int(found.release_date[:4]) if found.release_date else None,
        "release_name": found.release,
    }


def result_fields(match: Match, playlist_index: int) -> dict[str, Any]:
    """Return the fields of a `TrackResult`, with candidates and queries as dictionaries."""
    result: dict[str, Any] = {
        "playlist_index": playlist_index,
        "title": match.track.title,
        "artist": match.track.artist_text or match.artists_from_title or "Unknown Artist",
        "matched": match.matched,
        "confidence": {"matched": "high", "review": "medium"}.get(match.outcome, "low"),
        "search_stop_query_index": str(len(match.queries) - 1),
        "processing_time": match.metrics.total_time if match.metrics else None,
        "error": match.reason if match.outcome == "failed" else None,
        "candidates_data": [candidate_fields(match, one) for one in match.candidates],
        "queries_data": [
            {"query_index": index, "query_text": query.text, "candidates_found": query.found}
            for index, query in enumerate(match.queries)
        ],
        "file_path": match.track.file,
    }
    if best := match.best:
        fields = candidate_fields(match, best)
        same = "url title artists key bpm label release_date".split()
        result |= {f"beatport_{name}": fields[name] for name in same}
        result |= {name: fields[name] for name in ("title_sim", "artist_sim")} | {
            "beatport_track_id": str(best.id),
            "beatport_key_camelot": best.candidate.camelot,
            "beatport_year": (best.candidate.release_date or "")[:4] or None,
            "beatport_genres": best.candidate.genre,
            "beatport_release": best.candidate.release,
            "match_score": best.score,
            "search_query_index": str(fields["query_index"]),
            "candidate_index": str(fields["candidate_index"]),
        }
    return result


def main() -> None:
    with FakeBeatport().serve() as base_url:
        settings = MatchSettings(base_url=base_url, max_candidates=None)
        match = match_track("Kestrel Dobbs - Borrowed Umbrella", settings=settings)
    for name, value in result_fields(match, 1).items():
        print(f"{name}: {value if name != 'candidates_data' else len(value)}")
    for one in match.candidates:
        print(candidate_fields(match, one)["title"], "|", one.reject_reason or "taken")


if __name__ == "__main__":
    main()
