#pragma once

#include <string>

#include "study/compare.h"

namespace mantissa {

/// The report as JSON, schema "mantissa.compare/1": stable key order, shortest round-trip numbers, NaN and infinities as strings.
std::string compareJson(const CompareReport& report);

/// One row a format: format, mode, top-1, metrics, latency, bytes. RFC 4180.
std::string compareCsv(const CompareReport& report);

}  // namespace mantissa
