#pragma once

#include <string>

#include "study/checkpoint.h"

namespace mantissa {

/// The report as JSON, schema "mantissa.inspect/1": stable key order, shortest round-trip numbers, integers in full;
/// null where a tensor has no finite value, and for casts of tensors that are not floating or were not read.
std::string inspectJson(const CheckpointReport& report);

/// One row a tensor; four columns a format. RFC 4180.
std::string inspectCsv(const CheckpointReport& report);

}  // namespace mantissa
