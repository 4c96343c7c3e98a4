#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "graph/onnx_lowering.h"
#include "graph/onnx_model.h"
#include "touch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace mantissa;
    const auto file = std::make_shared<std::vector<std::byte>>(size);
    if (size > 0) std::memcpy(file->data(), bytes, size);
    // In a folder that is not there: tensors outside the file are missing.
    const auto model = parseOnnx("/nonexistent/model.onnx", *file, file);
    if (!model) return 0;
    volatile unsigned sum = fuzz::touch(model->initialisers);
    if (const auto lowered = lowerOnnx(*model))
        for (const auto& weight : lowered->graph.weights) sum = sum + fuzz::touch({&weight.tensor, 1});
    return 0;
}
