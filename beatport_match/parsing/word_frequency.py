"""Word frequency: a word that few titles contain identifies a title better than a common word.

The table holds the words that many titles contain; every other word has weight 1. The caller
decides what a weight means for a score.
"""

from __future__ import annotations

from collections.abc import Iterable

# Shares of all titles. A word that occurs in more than `SHARES[i]` of them has the weight
# `_WEIGHTS[i]`; the first share that fits counts.
SHARES = (0.01, 0.003, 0.001, 0.00025)
_WEIGHTS = (0.25, 0.5, 0.75, 1.0)
# The 1,147 most frequent words of 18,089 titles on Beatport, in one row for each weight; counted by
# `tests/evaluation/word_counts.py`.
_COMMON = tuple(
    words.split()
    for words in (
        """
        a and i in it love me my of on the to you your
        """,
        """
        1 2 3 again all are back be beat black dance dark day do dont down ep feel for from get
        go good heart house is just la let life light like lost mind mix never night no not one
        out so soul sun take that this time u up way we what with world
        """,
        """
        10 4 5 6 7 about acid after aint air alone always am anjunabeats another around as at
        away baby bad bass beautiful before believe better big blue body boy break bring burning
        by call calling can cant change chapter city close club cold come continuous control d
        da dancing days de deep der die disco dream dreams drop dub e earth el electric end
        every everything eyes face fall falling feeling fire first forever free funk future girl
        give gone got groove have here hey high hold home hot how human if im inside into its
        keep know last leave lets lights line little long look m machine made make man midnight
        moon more morning move music n need new nights nothing now o off only our over paradise
        party people place play point power rain rave real red remixes rhythm right road rock
        run s say sea second see shake she side sky something song sound space stars state stay
        step still stop summer sweet t than there things think through tonight too touch track
        trance trip turn two under us vol volume walk wanna want when where white who will
        without wont ya
        """,
        """
        0 01 02 03 04 05 06 100 11 12 13 17 2010 2014 2023 2025 25 303 7th 8 9 909 90s above
        action addicted affair africa afro afternoon age ah alarm alien alive alles alma alright
        amor amsterdam an ancient angel angels anjunadeep answer anthem any area arms art ask
        astral atomic attack aus autumn awake b babylon balls bang banging basic bassline bay
        beach beats beauty become bed been beginning behind bells berlin best between beyond
        bienfait bird birds bliss blond blood bloom blow blues bomb bongo bonus boogie boom born
        bounce box boys brain breaking breath breathe breeze bridge bright broken brother build
        built bullet burn busy but c cafe called came care carry cash cat catch cd1 cd2
        celebrate chains chance chaos chase chasing check chemical child children choice chords
        circle circus clap clean clock closer cloud clouds code coffee collection collide color
        colors colour colours comes coming connection constant cool core cosmic could count
        counting cover crash crazy crowd cry crystal culture cure cut damage damaged dancefloor
        dancer dangerous darkness dat dawn dead death deeper del dem desert desire destination
        destiny devil diamonds did difference different digital dimension dirty disc disko
        disorder distance distant distractions dj dog done door doors double dragon drive
        driving drug drugs drum drummer drums drunk du dusk dust early east easy echo echoes
        edge edition effect ein electronic elements else emballages empire empty en endless
        energy enough enter era escape essentials eternal ever everybody everyday everyone
        everywhere evil experience express extended eye f faces fade fading faith fake falls
        family fantasy far fast fat fear feat feelin feelings feels fever fiesta fight final
        find fine five flash flight floor flow flowers fly flying follow fools force forest
        forget forgotten forward found four freak freaky freedom french frequency fresh friend
        friends front frozen fuck full funky fur g galaxy game games garden gate generation
        ghost ghosts gimme girls glass global god gods goes going gold golden gonna goodbye
        gotta gravity great green grey grotesque ground guitar gypsy h had hand hands happiness
        happy hard hate head healing hear hearts heat heaven heavy hell hello her hi hidden hide
        higher hill history hit holding hole hollow holy honey hood hope horizon horn hotel hour
        ibiza ice ich id ii ill illusion inc inner inspiration intershop intro invisible island
        ist jack jam jazz jet jetzt journey joy jump jumpin jungle jupiter k keys kick kill king
        kiss knew konigsforst l lady land language late laugh le leaves leaving left les level
        lie lies limit lines lion liquid listen live living london lonely looking loop loose los
        lose losing loud loved lover lovers loves lovin loving low lucky luna luv machines mad
        madness magic mama many marine mars mas master matter matters may maybe meet melody
        memories memory mental mi miami miles milk minds mine minor miracle mirror mirrors miss
        missing mit mixed mode moll moment moments monday money monkey monster mood motion
        mountains movement moves movin moving mr much murder myself mystic na name nao narkopop
        nation nature near neon next nice nine nobody nocturnal noir noise non north nos nova
        nowhere nuit numb number oasis oblivion ocean odyssey oh ok old once open or orange
        orbit original other outside own p pain panorama paper parade paris park passion past
        peace perfect phase phoenix phone physical piano piece pink pitch places planet plastic
        please pleasure poison pop present presents pressure pretty pull pulse pump punch punk
        pure purple push put que queen r radio rage rausch raw re reach ready reality reason
        reasons record release remember remix remixed request rest restless return revenge
        revolution riddim ride rielism ring rise rising ritmo ritual river roads robot rocket
        rockin roll romance room rose round royal rules running rush safe said samba same san
        sand saturday save school science scream se searching secret secrets seen self sensation
        sense september sessions set seven sex shade shades shadow shadows shape shes shift
        shine shining shit shout show showcase sign signal signs silence silent silk silver
        simple sing sirens six skies skin slave sleep slow small smile smoke society sol solar
        soleil solid some somebody someone somewhere son sonic soon souls sounds south speak
        spectrum speed spell spiral spirit spirits spring square stage stand star start stellar
        stole storm story straight strange stranger street streets strings strong stronger stuck
        style sub sugar sunday sunny sunrise sunset sunshine super surrender sweat swing
        symphony system tale tales talk talking tape te tear tears techno tell test textures tha
        thank thats them theme then therapy theres these they thing thinking third those
        thoughts thousand three throw thunder tiger till times today together tokyo told
        tomorrow tool top total touching town toxic train trap travel tribe tribute true trust
        truth try tu tunes tunnel twice twilight ultra un und underground universal universe
        unknown until untitled used v vacation valley variations velvet view vip vision visions
        vito voice voices void voodoo voyage vs wait waiting wake walking wall walls wandel war
        warrior was waste wasted watch watching water watergate wave waves ways weapon weekend
        welcome well were west whats wheres while whos why wicked wild wind winter wisdom wish
        within woman wonder word words work worldwide wrong x y yeah year years yellow yes yet
        yo youll young youre yours yourself zauberberg zeit zero zone
        """,
    )
)
_WEIGHT = {word: weight for words, weight in zip(_COMMON, _WEIGHTS, strict=True) for word in words}


def is_common(word: str) -> bool:
    """Return whether several titles contain a folded word, so that it is hardly a typo."""
    return word in _WEIGHT


def information_weight(words: Iterable[str]) -> float:
    """Return the summed weight of folded words: 0.25 to 1 each, higher for a rarer word."""
    return sum(_WEIGHT.get(word, 1.0) for word in words)


def weighted_jaccard(mine: frozenset[str], theirs: frozenset[str]) -> float:
    """Return the weighted share of words that two texts have in common, from 0 to 1."""
    if mine.isdisjoint(theirs):
        return 0.0
    return information_weight(mine & theirs) / information_weight(mine | theirs)
