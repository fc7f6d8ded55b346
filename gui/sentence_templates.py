"""This file decides which English sentences from below the window are known to it; ``{names}`` are places.

A test holds each of them against the sources it comes from.
"""

from __future__ import annotations

from inference.reasons import QT_TRANSLATE_NOOP

TEMPLATES = (
    # growth
    QT_TRANSLATE_NOOP(
        "Sentence", "The found area grew to {area} % of the picture where {normal} % is normal, since {since} by {rate} % a day"
    ),
    QT_TRANSLATE_NOOP(
        "Sentence", "The found area grew to {area} % of the picture where {normal} % is normal, since {since} by {rate} % a step"
    ),
    # commands
    QT_TRANSLATE_NOOP("Sentence", "Not watched from {since} to {until}"),
    QT_TRANSLATE_NOOP("Sentence", "Nobody is signed in. Pick your name and enter your PIN first."),
    QT_TRANSLATE_NOOP("Sentence", "Another person is signed in now. Look at the answer and give it again."),
    QT_TRANSLATE_NOOP("Sentence", "This is not the PIN of that person. Try again."),
    QT_TRANSLATE_NOOP("Sentence", "This warning is not open any more"),
    QT_TRANSLATE_NOOP("Sentence", "This warning is already acknowledged"),
    QT_TRANSLATE_NOOP("Sentence", "This warning is still active; it can be reset when its condition is over"),
    QT_TRANSLATE_NOOP("Sentence", "This warning must be acknowledged before it can be reset"),
    QT_TRANSLATE_NOOP("Sentence", "This warning does not latch; it closes by itself when it is over and acknowledged"),
    QT_TRANSLATE_NOOP("Sentence", "Nothing needs to be done"),
    # the line
    QT_TRANSLATE_NOOP("Sentence", "The line was stopped"),
    QT_TRANSLATE_NOOP("Sentence", "Every replay is at its end"),
    QT_TRANSLATE_NOOP("Sentence", "no model is set for this camera"),
    # live tests
    QT_TRANSLATE_NOOP("Sentence", "The station file has no source {source}."),
    QT_TRANSLATE_NOOP("Sentence", "Nothing came within {seconds} s: {why}."),
    QT_TRANSLATE_NOOP("Sentence", "Pictures come, {rate} per second; none was judged yet."),
    QT_TRANSLATE_NOOP("Sentence", "{width} x {height} pixels, {rate}, {time} ms from picture to verdict."),
    QT_TRANSLATE_NOOP("Sentence", "{count} channels give values, {rate}."),
    QT_TRANSLATE_NOOP("Sentence", "{count} pictures per second"),
    QT_TRANSLATE_NOOP("Sentence", "{count} rows per second"),
    QT_TRANSLATE_NOOP("Sentence", "the replay is at its end"),
    QT_TRANSLATE_NOOP("Sentence", "no data arrived"),
    QT_TRANSLATE_NOOP("Sentence", "{provider}: {count} golden answers as expected, scores within {difference}"),
    # sources, while they open and read
    QT_TRANSLATE_NOOP("Sentence", "Not started"),
    QT_TRANSLATE_NOOP("Sentence", "Opening for the first time"),
    QT_TRANSLATE_NOOP("Sentence", "Connected, but nothing new for more than {seconds} s"),
    QT_TRANSLATE_NOOP(
        "Sentence",
        "The driver hangs: {doing} did not come back within {seconds} s; "
        "{count} calls hang, so it is not asked again until one returns: restart Lineside or the device",
    ),
    QT_TRANSLATE_NOOP("Sentence", "The driver hangs: {doing} did not come back within {seconds} s"),
    QT_TRANSLATE_NOOP("Sentence", "opening"),
    QT_TRANSLATE_NOOP("Sentence", "reading"),
    # folders and files
    QT_TRANSLATE_NOOP("Sentence", "The folder of images is not there"),
    QT_TRANSLATE_NOOP("Sentence", "The folder of images cannot be listed"),
    QT_TRANSLATE_NOOP("Sentence", "The folder holds no image"),
    QT_TRANSLATE_NOOP("Sentence", "Create it or change path in the station file"),
    QT_TRANSLATE_NOOP("Sentence", "Put images in or change pattern in the station file"),
    QT_TRANSLATE_NOOP("Sentence", "The video file is not there"),
    QT_TRANSLATE_NOOP("Sentence", "The video file cannot be opened"),
    QT_TRANSLATE_NOOP("Sentence", "Put it there or change path in the station file"),
    QT_TRANSLATE_NOOP("Sentence", "Check that it is a whole video, e.g. MP4 with H.264"),
    QT_TRANSLATE_NOOP("Sentence", "The table has no channel {names} ({path}); add it, or take it out of the station file"),
    QT_TRANSLATE_NOOP("Sentence", "The table is not there"),
    QT_TRANSLATE_NOOP("Sentence", "The table is empty"),
    QT_TRANSLATE_NOOP("Sentence", "The file is not there"),
    QT_TRANSLATE_NOOP("Sentence", "The file cannot be opened"),
    QT_TRANSLATE_NOOP("Sentence", "The file is empty"),
    QT_TRANSLATE_NOOP("Sentence", "Check its name"),
    QT_TRANSLATE_NOOP("Sentence", "Check its access rights"),
    QT_TRANSLATE_NOOP("Sentence", "Copy or record it again"),
    QT_TRANSLATE_NOOP("Sentence", "Record or export it again"),
    QT_TRANSLATE_NOOP("Sentence", "The image is too large"),
    QT_TRANSLATE_NOOP("Sentence", "Crop it or scale it down"),
    QT_TRANSLATE_NOOP("Sentence", "The image is in printing colours (CMYK)"),
    QT_TRANSLATE_NOOP("Sentence", "Export it as RGB or gray"),
    QT_TRANSLATE_NOOP("Sentence", "The image file is truncated"),
    QT_TRANSLATE_NOOP("Sentence", "The image cannot be decoded"),
    QT_TRANSLATE_NOOP("Sentence", "Open it in another program and export it again as PNG"),
    QT_TRANSLATE_NOOP("Sentence", "The image has more than 8 bits per colour"),
    QT_TRANSLATE_NOOP("Sentence", "Set the camera or the export to 8-bit"),
    QT_TRANSLATE_NOOP("Sentence", "This is not an image of a known kind"),
    QT_TRANSLATE_NOOP("Sentence", "Use JPEG, PNG, BMP, TIFF or WebP, 8-bit"),
    QT_TRANSLATE_NOOP("Sentence", "{size} is {aspect} wide to high, not {low} to {high}"),
    # cameras
    QT_TRANSLATE_NOOP("Sentence", "The USB camera cannot be opened"),
    QT_TRANSLATE_NOOP("Sentence", "index {number}"),
    QT_TRANSLATE_NOOP("Sentence", "Check the cable, whether another program uses it, and the index in the station file"),
    QT_TRANSLATE_NOOP("Sentence", "The connection broke {when}"),
    QT_TRANSLATE_NOOP("Sentence", "before the first picture"),
    QT_TRANSLATE_NOOP("Sentence", "after {count} pictures"),
    QT_TRANSLATE_NOOP("Sentence", "Check power, cable and network; it is tried again"),
    QT_TRANSLATE_NOOP("Sentence", "No answer within {seconds} s"),
    QT_TRANSLATE_NOOP("Sentence", "Check the camera's power, cable and address"),
    QT_TRANSLATE_NOOP("Sentence", "The computer there refuses the connection"),
    QT_TRANSLATE_NOOP("Sentence", "Check the port and that the camera streams"),
    QT_TRANSLATE_NOOP("Sentence", "It cannot be reached"),
    QT_TRANSLATE_NOOP("Sentence", "Check cable, network and address"),
    QT_TRANSLATE_NOOP("Sentence", "The camera gives no picture within the time limit"),
    QT_TRANSLATE_NOOP("Sentence", "Check that it streams H.264, H.265 or MJPEG, or raise open_timeout_s"),
    QT_TRANSLATE_NOOP("Sentence", "The camera accepts the connection, but does not answer in RTSP"),
    QT_TRANSLATE_NOOP("Sentence", "Check the port in the address, or restart the camera"),
    QT_TRANSLATE_NOOP("Sentence", "The camera refuses the login"),
    QT_TRANSLATE_NOOP("Sentence", "Check user name and password in the environment variable that the address names"),
    QT_TRANSLATE_NOOP("Sentence", "The camera has no such stream"),
    QT_TRANSLATE_NOOP("Sentence", "Check the path at the end of the address"),
    QT_TRANSLATE_NOOP("Sentence", "The camera is busy"),
    QT_TRANSLATE_NOOP("Sentence", "Close other programs that watch it"),
    # records
    QT_TRANSLATE_NOOP("Sentence", "{free} MiB free, less than {limit} MiB: no more pictures are kept"),
    QT_TRANSLATE_NOOP("Sentence", "{free} MiB free"),
    QT_TRANSLATE_NOOP("Sentence", "the records' disk cannot be reached: {why}"),
    QT_TRANSLATE_NOOP("Sentence", "{count} entries wait to be written for more than {seconds} s"),
    QT_TRANSLATE_NOOP("Sentence", "the disk did not answer within {seconds} s"),
    QT_TRANSLATE_NOOP("Sentence", "{what} was not kept"),
    QT_TRANSLATE_NOOP("Sentence", "Make room on the disk or check it, then try again"),
    QT_TRANSLATE_NOOP("Sentence", "The file cannot be written"),
    QT_TRANSLATE_NOOP("Sentence", "Choose another folder"),
    # pictures of the window
    QT_TRANSLATE_NOOP("Sentence", "The kept picture cannot be read"),
    QT_TRANSLATE_NOOP("Sentence", "It may have been deleted by the retention"),
    QT_TRANSLATE_NOOP("Sentence", "See the log"),
)
"""English sentences and parts of sentences with a translation, the more particular ones first."""

PACK_TEMPLATES = (
    QT_TRANSLATE_NOOP("Sentence", "{target}: macro-F1 of boosted trees"),
    QT_TRANSLATE_NOOP("Sentence", "{target}: macro-F1"),
    QT_TRANSLATE_NOOP("Sentence", "{target}: AUROC"),
    QT_TRANSLATE_NOOP("Sentence", "{target}: false alarms"),
    QT_TRANSLATE_NOOP("Sentence", "{target}: missed"),
    QT_TRANSLATE_NOOP("Sentence", "image AUROC, late frames only"),
    QT_TRANSLATE_NOOP("Sentence", "image AUROC"),
    QT_TRANSLATE_NOOP("Sentence", "recall at {share} % false alarms"),
    QT_TRANSLATE_NOOP("Sentence", "recall at the threshold of the other folds"),
    QT_TRANSLATE_NOOP("Sentence", "false alarms at the threshold of the other folds"),
    QT_TRANSLATE_NOOP("Sentence", "pixel IoU, all pits together"),
    QT_TRANSLATE_NOOP("Sentence", "pixel IoU, mean over pitted frames"),
    QT_TRANSLATE_NOOP("Sentence", "pointing game"),
    QT_TRANSLATE_NOOP("Sentence", "AUROC against the painted twins"),
    QT_TRANSLATE_NOOP("Sentence", "painted twins whose DEFECT turns to OK"),
    QT_TRANSLATE_NOOP("Sentence", "painted twins whose DEFECT turns to OK, shipped threshold"),
    QT_TRANSLATE_NOOP("Sentence", "recall at the shipped threshold"),
    QT_TRANSLATE_NOOP("Sentence", "false alarms at the shipped threshold"),
    QT_TRANSLATE_NOOP("Sentence", "false alarms of {position} at the shipped threshold"),
    QT_TRANSLATE_NOOP("Sentence", "false alarms of {position}"),
    QT_TRANSLATE_NOOP("Sentence", "highest score of {position}"),
    QT_TRANSLATE_NOOP("Sentence", "region area inside polygons"),
    QT_TRANSLATE_NOOP("Sentence", "mean score, painted twins"),
    QT_TRANSLATE_NOOP("Sentence", "mean score, pits"),
    QT_TRANSLATE_NOOP("Sentence", "{data} · blocks held out, {count} folds"),
    QT_TRANSLATE_NOOP("Sentence", "{data} · positions held out, {count} folds"),
)
"""Names of figures in the packs made here; packs of others keep their own words."""
