"""The sample experiments, computed once."""

import pytest

from cycling.samples.experiments import SampleExperiment, sample_experiments


@pytest.fixture(scope="session")
def experiments() -> dict[str, SampleExperiment]:
    return {experiment.name: experiment for experiment in sample_experiments()}
