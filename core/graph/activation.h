#pragma once

#include <optional>
#include <string>
#include <vector>

#include "graph/builder.h"

namespace mantissa {

/// An activation function by the name that a `config.json` gives it (hidden_act).
struct Activation {
    std::string op;  ///< "aten::gelu"
    std::vector<NamedArgument> options{};
};

/// Nothing for a name that is not known.
std::optional<Activation> findActivation(const std::string& name);

/// The error for such a name.
Error unknownActivation(const std::string& name);

ValueRef activate(GraphBuilder& g, ValueRef x, const std::string& layer, const Activation& activation);

}  // namespace mantissa
