"""Where samples come from. One source per file; this table is how the registry finds them."""

KINDS: dict[str, str] = {
    "bids": "bids:BidsSource",
    "csv": "csv:CsvSource",
    "dicom": "dicom:DicomSource",
    "image_folder": "image_folder:ImageFolderSource",
    "jsonl": "jsonl:JsonlSource",
    "npz": "npz:NpzSource",
    "parquet": "parquet:ParquetSource",
    "phantoms": "phantoms:PhantomsSource",
}
