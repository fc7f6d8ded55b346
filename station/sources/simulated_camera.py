"""This file decides how the rendered parts become a camera."""

from __future__ import annotations

from station.config import SimulatedCamera
from station.simulation.joint_fault import JointFault
from station.simulation.parts import PartsScene
from station.sources.camera_kinds import Picture
from station.sources.read_loop import Reading


class SimulatedCameraOpener:
    """Makes the scene.

    Args:
        camera: As in the station file.
    """

    def __init__(self, camera: SimulatedCamera) -> None:
        self._camera = camera

    def open(self) -> SimulatedCameraConnection:
        """Build the scene; never fails."""
        return SimulatedCameraConnection(self._camera)


class SimulatedCameraConnection:
    """Renders one picture after the other, at the asked pace."""

    def __init__(self, camera: SimulatedCamera) -> None:
        self._scene = PartsScene(
            seed=camera.seed,
            width_px=camera.width_px,
            height_px=camera.height_px,
            part_every_s=camera.part_every_s,
            defect_share=camera.defect_share,
            burst_every_s=camera.burst_every_s,
            joint_fault=None if (fault := camera.joint_fault) is None else JointFault(fault.starts_s, fault.lasts_s),
        )
        self._fps = camera.fps
        self._index = 0

    def read(self) -> Reading[Picture]:
        """The next picture."""
        time_s = self._index / self._fps
        self._index += 1
        part = self._scene.render(time_s)
        return Reading(Picture(part.image, f"part {part.part_id}"), due_s=time_s)

    def close(self) -> None:
        """Nothing is held open."""
