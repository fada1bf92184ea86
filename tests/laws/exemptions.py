"""Which node does not obey which law, and why; read by the laws, and printed with them.

An exempt node is tried all the same: that it fails is expected, and that it passes is an error.
"""

from __future__ import annotations

from collections.abc import Mapping

OVER_THE_BATCH = {
    "solver.langevin[norms=batch]": "the paper's norms are means over the batch",
    "solver.predictor_corrector[norms=batch]": "the paper's norms are means over the batch",
}

OF_WEIGHTS = {
    f"model.weakened[{settings}]": "it changes the weights of a network, which exact models have none of"
    for settings in ("", "kind=fewer_bits", "kind=dropout", "all ports")
}

OF_WEIGHTS |= {
    f"guidance.{name}": "it changes what a network is inside, which exact models are not"
    for name in ("pag", "seg", "freeu", "skip_tuning")
}

EXEMPT: Mapping[str, Mapping[str, str]] = {
    "halves of a state in mid-run go on as the whole": OVER_THE_BATCH,
    "a batch of four equals four of one": {
        **OVER_THE_BATCH,
        "search.boundary_condition": "one noise that serves all rows is what it is for",
    },
    "rows that begin later catch up": OVER_THE_BATCH,
    "the prefix of a larger batch is unchanged": OVER_THE_BATCH,
    "every node is built by the types of its ports": {
        "measurement.sum_of_parts": "measures joint points, which lie flat",
        "measurement.part": "needs joint points",
        "diagnosis.conformal_bands": "needs several samples of each of many truths",
        "guidance.mixture": "needs a density for each of its models; tests/nodes/guidance makes some",
        "model.controlnet": "needs a checkpoint; tests/nodes/pretrained makes some",
        "codec.pretrained": "needs a checkpoint; tests/nodes/pretrained makes some",
        "model.pretrained": "needs a checkpoint; tests/nodes/pretrained makes some",
        "diagnosis.particles": "reads what a solver of particles tells; tests/nodes/diagnosis steers some",
        "picture.folder": "needs a folder of pictures; tests/nodes/picture makes one",
    },
    "the help of a method names its source": {
        "guidance.conditional": "binds a condition to a model, which is nobody's method",
        "levels.below": "the same levels from where each row lies",
        "levels.clip": "the same levels within two ends",
        "levels.explicit": "levels as a person writes them",
        "levels.final": "the same levels with or without the last",
        "levels.flip": "the same levels in the other order",
        "levels.insert": "the same levels and others that a person writes",
        "levels.join": "the same levels one after the other",
        "levels.refine": "the same levels and some between",
        "levels.split": "the same levels as two",
        "solver.stop_early": "an early end of rows at rest, as everybody has it",
    },
    "a step is a draw from the kernel": {
        "solver.afdps": "its states are particles, several for each row of the noise",
    },
    "nothing waits for the device": {
        **OF_WEIGHTS,
        "guidance.adaptive": "whether both answers agree decides which rows are asked twice",
        "guidance.linear": "what each row has of its past decides whether it can do without the second answer",
        "solver.afdps": "the weights decide which particles go on",
        "solver.tds": "the weights decide which particles go on",
        "search.fk_steering": "the rewards decide which particles go on",
        "search.svdd": "the rewards decide which candidate goes on",
        "solver.dpm_solver_adaptive": "the error of a trial decides how long the next is",
        "solver.rk45": "the error of a trial decides how long the next is",
        "solver.ggf": "the error decides which rows try again",
        "solver.stop_early": "how far x0 moved decides which rows go on",
    },
    "VE, VP and flow wrappings of one law give one result": {
        **OF_WEIGHTS,
        "solver.ggf[]": "its steps follow the error along a path that is nowhere smooth: rounding leads to other steps",
        "measurement.joint": "its points are joint ones, and the law asks about pictures",
        "model.correlated": "it reads the law of an exact model, which no network has",
        "model.noise_blind": "it reads the law of an exact model, which no network has",
        "model.flow_map": "it asks at every level down to data, where networks of VE and VP have none",
    },
}
"""The reasons by law and node id, or by node id and settings as a test shows them: "[]" is the node by default."""

NULLS: Mapping[str, tuple[float, ...]] = {
    "guidance_scale": (1.0, 0.0),
    "eta": (0.0,),  # of guidance.apg it is something else, so after its scale
    "particles": (1,),
    "recurrences": (0,),
    "reflections": (0,),
    "restarts": (0,),
    "s_churn": (0.0,),
    "snr": (0.0,),
    "strength": (0.0,),
    "tolerance": (0.0,),
}
"""By the name of a parameter or another spelling of it: the value with which a node changes nothing.

Where there are several, it is the first at which the node declares to cost no more than what it is made of.
"""
