#pragma once

#include <string>

#include "study/evaluate.h"

namespace mantissa {

/// The summary as JSON, schema "mantissa.evaluate/1". Rates have the ends of their 95 % Wilson interval; distributions
/// leave out NaN and say how many there were.
std::string evaluateJson(const EvaluateReport& report);

/// One row a picture and format that ran: picture, its class, the answer, margins and differences. RFC 4180.
std::string evaluateCsv(const EvaluateReport& report);

}  // namespace mantissa
