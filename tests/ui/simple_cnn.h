#pragma once

#include <filesystem>

namespace mantissa::ui::test {

/// The bundled SimpleCNN: 32 × 32 pictures, modules conv1, conv2 and fc.
inline std::filesystem::path simpleCnn() {
    return std::filesystem::path(MANTISSA_SOURCE_DIR) / "models" / "simple-cnn-cifar10";
}

}  // namespace mantissa::ui::test
