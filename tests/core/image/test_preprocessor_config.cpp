#include <gtest/gtest.h>

#include "image/preprocessor_config.h"
#include "temporary_folder.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;

Result<Preprocessing> read(const std::string& json) {
    static const TemporaryFolder folder;
    return readPreprocessorConfig(folder.write("preprocessor_config.json", json));
}

Preprocessing good(const std::string& json) {
    auto how = read(json);
    EXPECT_TRUE(how) << how.error().text();
    return how ? *how : Preprocessing{};
}

TEST(PreprocessorConfig, MobileVitsDoesNotNormaliseAlthoughItHoldsMeanAndDeviation) {
    const auto how = good(R"({"image_processor_type": "MobileViTImageProcessor", "size": {"shortest_edge": 288},
        "do_center_crop": true, "crop_size": {"height": 256, "width": 256}, "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5], "resample": 2, "rescale_factor": 0.00392156862745098})");
    EXPECT_FALSE(how.normalize);
    EXPECT_TRUE(how.flipChannels);
    EXPECT_EQ(how.resize, ResizeRule::shortestEdge);
    EXPECT_EQ(how.resizeHeight, 288);
    EXPECT_EQ(how.inputHeight(), 256);
    EXPECT_EQ(how.resample, Resample::bilinear);
    EXPECT_EQ(how.rescale, 0.00392156862745098);
    EXPECT_TRUE(how.fromFile);
}

TEST(PreprocessorConfig, OthersNormaliseUnlessTheySayNot) {
    const std::string start =
        R"({"image_processor_type": "ViTImageProcessor", "size": {"height": 224, "width": 192}, "image_mean": [0.4, 0.5, 0.6], "image_std": [0.2, 0.3, 0.4])";
    const auto how = good(start + "}");
    EXPECT_TRUE(how.normalize);
    EXPECT_FALSE(how.flipChannels);
    EXPECT_EQ(how.mean, (std::array<double, 3>{0.4, 0.5, 0.6}));
    EXPECT_EQ(how.std, (std::array<double, 3>{0.2, 0.3, 0.4}));
    EXPECT_EQ(how.resize, ResizeRule::exact);
    EXPECT_EQ(how.inputHeight(), 224);
    EXPECT_EQ(how.inputWidth(), 192);
    EXPECT_FALSE(good(start + R"(, "do_normalize": false})").normalize);
    EXPECT_EQ(good(start + R"(, "do_rescale": false})").rescale, 1);
}

TEST(PreprocessorConfig, CropShareEnlargesBelow384AndSqueezesFromThereOn) {
    const auto small = good(R"({"size": {"shortest_edge": 224}, "crop_pct": 0.875})");
    EXPECT_EQ(small.resize, ResizeRule::shortestEdge);
    EXPECT_EQ(small.resizeHeight, 256);
    EXPECT_EQ(small.inputHeight(), 224);
    const auto large = good(R"({"size": {"shortest_edge": 384}, "crop_pct": 0.875})");
    EXPECT_EQ(large.resize, ResizeRule::exact);
    EXPECT_EQ(large.inputHeight(), 384);
    EXPECT_FALSE(large.centerCrop);
}

TEST(PreprocessorConfig, ABareSizeIsASquareOrTheShortestEdgeBeforeACrop) {
    const auto square = good(R"({"size": 224})");
    EXPECT_EQ(square.resize, ResizeRule::exact);
    EXPECT_EQ(square.inputWidth(), 224);
    const auto cropped = good(R"({"size": 256, "do_center_crop": true, "crop_size": 224})");
    EXPECT_EQ(cropped.resize, ResizeRule::shortestEdge);
    EXPECT_EQ(cropped.inputWidth(), 224);
}

TEST(PreprocessorConfig, ABareSizeMeansWhatItsProcessorSays) {
    // As published with ResNet-50, DeiT and MobileNetV2.
    auto p = good(
        R"({"feature_extractor_type": "ConvNextFeatureExtractor", "size": 224, "crop_pct": 0.875, "resample": 3})");
    EXPECT_EQ(p.resize, ResizeRule::shortestEdge);
    EXPECT_EQ(p.resizeHeight, 256);
    EXPECT_EQ(p.cropHeight, 224);
    EXPECT_EQ(p.resample, Resample::bicubic);
    EXPECT_TRUE(p.normalize);
    EXPECT_EQ(p.mean, (std::array{0.5, 0.5, 0.5}));
    p = good(R"({"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 224}})");
    EXPECT_EQ(p.resizeHeight, 256) << "its crop_pct by default";
    p = good(R"({"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 384}})");
    EXPECT_EQ(p.resize, ResizeRule::exact) << "from 384 on it squeezes";
    EXPECT_EQ(p.inputHeight(), 384);
    p = good(
        R"({"feature_extractor_type": "DeiTFeatureExtractor", "size": 256, "crop_size": 224, "do_center_crop": true})");
    EXPECT_EQ(p.resize, ResizeRule::exact);
    EXPECT_EQ(p.resizeWidth, 256);
    EXPECT_EQ(p.inputWidth(), 224);
    p = good(
        R"({"image_processor_type": "MobileNetV2ImageProcessor", "size": 256, "crop_size": 224, "do_center_crop": true})");
    EXPECT_EQ(p.resize, ResizeRule::shortestEdge);
    EXPECT_TRUE(p.normalize);
}

TEST(PreprocessorConfig, NormalisesAsItsProcessorDoesUnasked) {
    EXPECT_TRUE(good(R"({"image_processor_type": "ViTImageProcessor", "size": 32})").normalize);
    EXPECT_FALSE(good(R"({"image_processor_type": "ViTImageProcessor", "size": 32, "do_normalize": false})").normalize);
    EXPECT_FALSE(good(R"({"image_processor_type": "MobileViTImageProcessor", "size": {"height": 32, "width": 32},
                              "image_mean": 0.5, "image_std": 0.5})")
                     .normalize);
    EXPECT_FALSE(good(R"({"size": 32})").normalize) << "of a processor that is not known";
    const auto p = good(R"({"size": 32, "image_mean": [0.1, 0.2, 0.3], "image_std": [1, 2, 3]})");
    EXPECT_TRUE(p.normalize);
    EXPECT_EQ(p.mean, (std::array{0.1, 0.2, 0.3}));
}

TEST(PreprocessorConfig, FiltersHavePillowsNumbers) {
    const std::pair<int, Resample> filters[] = {
        {0, Resample::nearest}, {1, Resample::lanczos}, {2, Resample::bilinear}, {3, Resample::bicubic}};
    for (const auto& [number, filter] : filters)
        EXPECT_EQ(good(R"({"size": 8, "resample": )" + std::to_string(number) + "}").resample, filter);
}

TEST(PreprocessorConfig, WhatIsWrongIsNamed) {
    const std::pair<const char*, const char*> wrong[] = {
        {R"({"size": {"height": 0, "width": 3}})", "size"},
        {R"({"size": {"height": 1e9, "width": 3}})", "size"},
        {R"({"size": {"height": 99999999999999, "width": 3}})", "size"},
        {R"({"size": "large"})", "size"},
        {R"({"size": 8, "resample": 4})", "resample"},
        {R"({"size": 8, "resample": 1e300})", "resample"},
        {R"({"size": 8, "image_mean": [1, 2], "image_std": 1})", "image_mean"},
        {R"({"size": 8, "image_mean": 0, "image_std": [1, 0, 1], "do_normalize": true})", "image_std"},
        {R"({"size": 8, "do_rescale": "yes"})", "do_rescale"},
        {R"({"size": 8, "rescale_factor": "1/255"})", "rescale_factor"},
        {R"({"size": {"shortest_edge": 224}, "crop_pct": 0})", "crop_pct"},
        {R"({"size": 8, "do_center_crop": true, "crop_size": {"height": -1, "width": 8}})", "crop_size"},
        {R"({"size": {"shortest_edge": 224}})", "crop"},
        {"{}", "size"},
        {"[]", "JSON"},
        {"{", "JSON"},
    };
    for (const auto& [json, word] : wrong) {
        const auto how = read(json);
        ASSERT_FALSE(how) << json;
        EXPECT_NE(how.error().message.find(word), std::string::npos) << json << ": " << how.error().message;
        EXPECT_NE(how.error().where.find("preprocessor_config.json"), std::string::npos);
    }
}

}  // namespace
