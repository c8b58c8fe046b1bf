"""What stands where in a state folder."""

SEGMENTS = "journal"
SNAPSHOTS = "snapshots"
BLOBS = "blobs"
