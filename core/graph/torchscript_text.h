#pragma once

#include "result.h"
#include "storage/zip_archive.h"

namespace mantissa {

/// Looks through a TorchScript archive before LibTorch does, because LibTorch runs code of the file while it loads it
/// (`__setstate__`) and reads source text with functions that call themselves once a nesting: refuses both, and objects
/// of C++ classes (quantised weights among them). Nothing runs.
Status checkTorchScriptText(const ZipArchive& archive);

}  // namespace mantissa
