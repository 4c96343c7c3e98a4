#pragma once

// Private to core/graph: includes nlohmann-json.

#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>

#include "result.h"
#include "storage/tensor_record.h"
#include "storage/zip_archive.h"

namespace mantissa {

/// What a `.pt2` archive of torch.export holds, weights still in the file.
struct ExportedProgramArchive {
    nlohmann::json program;                                   ///< the ExportedProgram of torch/_export/serde/schema.py
    std::unordered_map<std::string, TensorRecord> weights;    ///< the state dict
    std::unordered_map<std::string, TensorRecord> constants;  ///< lifted constants and buffers that no state dict holds
};

/// Whether an archive is torch.export's, of any of its layouts.
bool looksLikeExportedProgram(const ZipArchive& archive);

/// Reads one. Three layouts exist: raw weights described by JSON; the same archive with weights as torch.save pickles
/// them; and, up to PyTorch 2.7, a flat archive of such pickles. Of pickles only tensors are read. Sample inputs are
/// never read. Errors name file, record and tensor.
Result<ExportedProgramArchive> readExportedProgramArchive(const ZipArchive& archive);

}  // namespace mantissa
