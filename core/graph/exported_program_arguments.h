#pragma once

// Private to core/graph: includes nlohmann-json.

#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>
#include <vector>

#include "graph/graph.h"
#include "result.h"

namespace mantissa {

/// What lowering an exported program stops with; turned into an Error at the door.
struct ExportedRefusal {
    ErrorCode code = ErrorCode::unsupported;
    std::string message;
    std::string layer;
};

/// Values of a program or of one of its sub-graphs by name. Sub-graphs use the outer names again for other values, so
/// each has a scope of its own.
using ExportedScope = std::unordered_map<std::string, ValueId>;

/// The value of a name; refuses one that nothing before defines.
ValueRef exportedValue(const std::string& name, const ExportedScope& scope);

/// The value that an argument, output or input refers to by name, whatever its kind ("as_tensor", "as_sym_int", …), or
/// the values of a list; −1 for "as_none". Refuses constants.
std::vector<std::string> exportedNames(const nlohmann::json& argument);

/// One argument of a call: the schema's union of some thirty kinds, with one key each.
Argument exportedArgument(const nlohmann::json& argument, const ExportedScope& scope);

}  // namespace mantissa
