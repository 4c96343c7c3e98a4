#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "graph/graph.h"

namespace mantissa {

// The numbers that torch.export's files use for enumerations. They are the schema's own (torch/_export/serde/schema.py,
// major version 8) and not those of c10.

/// Schema version that this reader knows. Minor versions add fields and change none.
constexpr std::int64_t kExportedProgramMajor = 8;

/// Element type by its code; nothing for those that no classifier's weights have (complex, FP8 without infinities).
std::optional<DType> exportedDType(std::int64_t code);
std::optional<MemoryFormat> exportedMemoryFormat(std::int64_t code);
constexpr std::int64_t kExportedStrided = 7;  ///< the one layout that dense tensors have

/// The executor's operation for a Python function on symbolic sizes: "_operator.floordiv" → "scalar::floordiv".
std::optional<std::string> exportedScalarOperation(std::string_view target);

/// Checks of the input that exporting wrote into the program, and hints to its compiler: they compute nothing, and some
/// would fail in a model cast to another type.
bool isExportedAssertion(std::string_view target);

}  // namespace mantissa
