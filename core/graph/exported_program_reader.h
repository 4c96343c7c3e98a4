#pragma once

#include "graph/model.h"
#include "storage/zip_archive.h"

namespace mantissa {

/// Opens a program that torch.export.save wrote (`.pt2`). Weights stay in the mapped file. Every record's checksum is
/// verified.
Result<ModelPtr> openExportedProgram(const std::filesystem::path& path, ZipArchive archive);

}  // namespace mantissa
