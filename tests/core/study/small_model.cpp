#include "core/study/small_model.h"

#include <stdexcept>

#include "graph/builder.h"
#include "graph/simple_cnn.h"

namespace mantissa::test {

std::shared_ptr<Model> modelOf(Graph graph) {
    auto model = std::make_shared<Model>();
    model->path = "made/up";
    model->name = "up";
    model->graph = std::move(graph);
    return model;
}

std::shared_ptr<Model> smallModel() {
    auto graph =
        buildSimpleCnn({.input = {.height = 16, .width = 16}, .conv1Channels = 4, .conv2Channels = 8, .classes = 5},
                       WeightSource::initialised(11));
    if (!graph) throw std::runtime_error(graph.error().text());
    auto model = modelOf(*std::move(graph));
    model->preprocessing.resizeHeight = model->preprocessing.resizeWidth = 16;
    model->labels = {"cat", "dog", "owl", "parrot", ""};
    return model;
}

SourceImage smallPicture() {
    SourceImage image;
    image.name = "small.png";
    image.rgb = {.width = 24, .height = 20, .pixels = {}};
    for (int i = 0; i < 24 * 20; ++i)
        for (const int channel : {i * 7, i * 13 + i / 24 * 40, 255 - i / 3})
            image.rgb.pixels.push_back(static_cast<std::uint8_t>(channel));
    return image;
}

TensorInput twelve(std::vector<float> values) {
    return {.path = "made/up.safetensors", .tensor = "x", .values = std::move(values), .shape = {1, 3, 2, 2}};
}

}  // namespace mantissa::test
