#include <ATen/ops/from_blob.h>
#include <gtest/gtest.h>

#include <vector>

#include "tiny_data.h"
#include "train/batch.h"
#include "train/catalogue.h"

namespace {

using namespace mantissa;
using namespace mantissa::training;

TEST(Batch, HoldsThePicturesOfTheProgramsPreprocessing) {
    const auto set = test::tinySet(3, 4);
    const auto& how = findTrainable("simple-cnn")->preprocessing;
    const Batch batch = plainBatch(set, std::vector<std::size_t>{0, 1, 2}, how);
    for (std::size_t i = 0; i < 3; ++i) {
        RgbImage image{32, 32, std::vector<std::uint8_t>(3072)};
        for (std::size_t at = 0; at < 3072; ++at) image.pixels[at % 1024 * 3 + at / 1024] = set.picture(i)[at];
        auto input = preprocess(image, how);
        ASSERT_TRUE(input) << input.error().text();
        const auto own = at::from_blob(input->values.data(), input->shape, at::kFloat);
        EXPECT_LT(own.sub(batch.input[static_cast<std::int64_t>(i)]).abs().max().item<double>(), 1e-6);
    }
}

}  // namespace
