#pragma once

#include <filesystem>
#include <vector>

#include "result.h"
#include "storage/checkpoint.h"
#include "storage/zip_archive.h"

namespace mantissa {

/// A state dict saved by torch.save: the zip form of PyTorch 1.6 and later, checksums verified.
Result<Checkpoint> openPytorchZip(const std::filesystem::path& path);

/// The same for such an archive inside another; no tensors where its dict is empty.
Result<std::vector<TensorRecord>> openPytorchZip(const ZipArchive& archive);

/// The form before 1.6: pickles one after the other, then the storages' bytes.
Result<Checkpoint> openPytorchLegacy(const std::filesystem::path& path);

}  // namespace mantissa
