"""Log formats, one file each: bytes in, access events and counted rejects out. They do no input or output."""
