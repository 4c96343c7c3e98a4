#pragma once

// Private to core: what the module that holds OpenCV's videoio gives to the rest.

#include "image/camera.h"

namespace mantissa {

inline constexpr const char* kOpenFramesName = "mantissaOpenFrames";

/// Opens a device, or a numbered sequence of pictures; null where there is nothing to open. The caller owns it.
using OpenFrames = FrameSource* (*)(const char* device);

}  // namespace mantissa
