#pragma once

#include "formats/formats_session.h"

namespace mantissa::ui {

using CustomParts = FormatsSession::CustomParts;

/// The format of these parts; the Error says why there is none.
Result<Format> customFormatOf(const CustomParts& parts);

/// What a custom format consists of; without a bias where it is the usual one of its shape, so that another shape has
/// its own usual one.
CustomParts customPartsOf(const Format& custom);

}  // namespace mantissa::ui
