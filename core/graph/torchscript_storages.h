#pragma once

#include "result.h"
#include "storage/zip_archive.h"

namespace mantissa {

/// Whether every storage that a TorchScript archive's pickles name has a record that holds as many elements as they claim.
/// LibTorch believes the claim, and would read beyond the record. Error: corrupt, with record and sizes.
Status checkTorchScriptStorages(const ZipArchive& archive);

}  // namespace mantissa
