"""Optuna behind one line of JSON in, one out: what has been tried goes in, what to try next comes out."""

import json
import sys

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState, create_trial


def distribution(dimension):
    if dimension["kind"] == "choice":
        return CategoricalDistribution(dimension["texts"])
    kind = IntDistribution if dimension["kind"] == "int" else FloatDistribution
    return kind(dimension["low"], dimension["high"], log=dimension["log"])


def main():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    opening = json.loads(sys.stdin.readline())
    # Only names of this list get here: the caller has checked them.
    sampler = getattr(optuna.samplers, opening["sampler"])(**opening["arguments"])
    study = optuna.create_study(direction=opening["direction"], sampler=sampler)
    space = {one["key"]: distribution(one) for one in opening["dimensions"]}
    print(json.dumps({"version": optuna.__version__}), flush=True)

    asked = {}
    for line in sys.stdin:
        request = json.loads(line)
        for told in request["tell"]:
            state = TrialState.COMPLETE if told["value"] is not None else TrialState[told["state"]]
            trial = asked.pop(told["trial"], None)
            if trial is not None:
                study.tell(trial, told["value"], state=state)
            else:
                study.add_trial(
                    create_trial(
                        params=told["params"], distributions=space, value=told["value"], state=state
                    )
                )
        trials = []
        for number in request["ask"]:
            asked[number] = study.ask(space)
            trials.append(asked[number].params)
        print(json.dumps({"trials": trials}), flush=True)


main()
