"""Tell the build that the product depends on what requirements/run.in names."""

from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


class RunRequirements(MetadataHookInterface):
    """One list of dependencies instead of two."""

    def update(self, metadata: dict[str, object]) -> None:
        """Fill `dependencies` from requirements/run.in."""
        lines = (Path(self.root) / "requirements" / "run.in").read_text().splitlines()
        metadata["dependencies"] = [line for line in lines if line and not line.startswith("#")]
