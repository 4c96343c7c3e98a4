#pragma once

#include <span>
#include <string>

#include "study/model_list.h"

namespace mantissa {

/// The models at hand as JSON, schema "mantissa.models/1": stable key order.
std::string modelsJson(std::span<const ListedModel> models);

}  // namespace mantissa
