"""Where logs come from: adapters that read, decompress and cut into lines."""
