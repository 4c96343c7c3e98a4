#include <ATen/ops/from_blob.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>

#include "bundled.h"
#include "graph/model.h"
#include "image/image.h"
#include "image/preprocess.h"
#include "run/executor.h"
#include "temporary_folder.h"
#include "train/accuracy.h"
#include "train/cifar10.h"

namespace {

namespace fs = std::filesystem;
using namespace mantissa;
using namespace mantissa::training;

/// The FP32 line of the model card's table: how many of the 10,000 test images are right.
int rightAccordingToCard(const fs::path& card) {
    std::ifstream in(card);
    static const std::regex row(R"(\| FP32 \| native \| (\d+) \|.*)");
    std::smatch match;
    for (std::string line; std::getline(in, line);)
        if (std::regex_match(line, match, row)) return std::stoi(match[1]);
    return -1;
}

struct Bundled {
    const char* name;
    double leastAccuracy;      ///< share of the test images
    std::size_t leastSamples;  ///< of the twelve sample pictures that are named rightly
};

class BundledModel : public testing::TestWithParam<Bundled> {
  protected:
    static fs::path path() {
        for (const auto& model : bundledModels())
            if (model.filename() == GetParam().name) return model;
        return {};
    }
};

TEST_P(BundledModel, IsAsGoodAsItsCardSays) {
    const fs::path archive = fs::path(MANTISSA_TEST_DATA) / "cifar10" / "cifar-10-binary.tar.xz";
    if (!fs::exists(archive)) GTEST_SKIP() << "there is no CIFAR-10 at " << archive;
    const test::TemporaryFolder folder;
    const std::string unpack =
        "tar -xJf '" + archive.string() + "' -C '" + folder.path().string() + "' cifar-10-batches-bin/test_batch.bin";
    if (std::system(unpack.c_str()) != 0) GTEST_SKIP() << "tar and xz are needed to unpack " << archive;
    const auto set = readCifarFile(folder.path() / "cifar-10-batches-bin" / "test_batch.bin");
    ASSERT_TRUE(set) << set.error().text();
    ASSERT_EQ(set->size(), 10'000u);

    const auto model = openModel(path());
    ASSERT_TRUE(model) << model.error().text();
    const auto accuracy = accuracyOf((*model)->graph, *set, (*model)->preprocessing);
    ASSERT_TRUE(accuracy) << accuracy.error().text();
    EXPECT_GE(*accuracy, GetParam().leastAccuracy);
    // The training enlarges pictures without rounding to grey levels, as evaluation does, and another processor's
    // kernels differ as well: either may settle a few near ties differently.
    EXPECT_NEAR(*accuracy * 10'000, rightAccordingToCard(path() / "README.md"), 15);
}

TEST_P(BundledModel, NamesTheSamplesRightly) {
    const auto model = openModel(path());
    ASSERT_TRUE(model) << model.error().text();
    auto executor = Executor::prepare((*model)->graph, {});
    ASSERT_TRUE(executor) << executor.error().text();

    std::size_t right = 0, all = 0;
    std::string answers;
    for (const auto& sample : bundledSamples()) {
        const auto image = openImage(sample);
        ASSERT_TRUE(image) << image.error().text();
        auto input = preprocess(image->rgb, (*model)->preprocessing);
        ASSERT_TRUE(input) << input.error().text();
        const auto logits = executor->run(at::from_blob(input->values.data(), input->shape, at::kFloat));
        ASSERT_TRUE(logits) << logits.error().text();
        const auto label = (*model)->label(static_cast<std::size_t>(logits->argmax(1).item<std::int64_t>()));
        ++all;
        const std::string name = sample.stem().string();
        if (label == name.substr(0, name.find('-'))) ++right;
        answers += name + ": " + label + "\n";
    }
    ASSERT_EQ(all, 12u);
    EXPECT_GE(right, GetParam().leastSamples) << answers;
}

INSTANTIATE_TEST_SUITE_P(Both, BundledModel,
                         testing::Values(Bundled{"mobilevit-xxs-cifar10", 0.86, 10},
                                         Bundled{"simple-cnn-cifar10", 0.70, 10}),
                         [](const auto& info) { return std::string(info.param.name).substr(0, 6); });

TEST(BundledModels, TheOneShownAtFirstStartComesFirst) {
    ASSERT_EQ(bundledModels().size(), 2u);
    EXPECT_EQ(bundledModels().front().filename(), "mobilevit-xxs-cifar10");
}

}  // namespace
