"""Prints what MLflow's own client finds of the only run of an experiment, as JSON."""

import json
import sys

from mlflow.tracking import MlflowClient

client = MlflowClient(sys.argv[1])
experiment = client.get_experiment_by_name(sys.argv[2])
(run,) = client.search_runs([experiment.experiment_id])
history = client.get_metric_history(run.info.run_id, "train/loss")
json.dump(
    {
        "status": run.info.status,
        "losses": [[metric.step, metric.value] for metric in sorted(history, key=lambda m: m.step)],
        "team": run.data.tags.get("team"),
        "seed": run.data.params.get("seed"),
        "images": sorted(
            (artifact.path for artifact in client.list_artifacts(run.info.run_id, "images")),
            key=lambda path: path.endswith("webp"),
        ),
    },
    sys.stdout,
)
