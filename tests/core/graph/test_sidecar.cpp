#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/graph/exported_file.h"
#include "graph/sidecar.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;
namespace fs = std::filesystem;

Sidecar edited() {
    Sidecar sidecar;
    sidecar.preprocessing.resize = ResizeRule::shortestEdge;
    sidecar.preprocessing.resizeHeight = sidecar.preprocessing.resizeWidth = 40;
    sidecar.preprocessing.centerCrop = true;
    sidecar.preprocessing.cropHeight = 32;
    sidecar.preprocessing.cropWidth = 24;
    sidecar.preprocessing.resample = Resample::lanczos;
    sidecar.preprocessing.rescale = 1.0 / 127.5;
    sidecar.preprocessing.flipChannels = true;
    sidecar.preprocessing.normalize = true;
    sidecar.preprocessing.mean = {0.1, 0.2, 0.3};
    sidecar.preprocessing.std = {0.5, 0.25, 0.125};
    sidecar.preprocessing.fromFile = true;
    sidecar.labels = {"cat", "chien “à la crème”", "", "犬"};
    return sidecar;
}

class SidecarOf : public testing::Test {
  protected:
    fs::path path() const { return sidecarPath(model_); }
    void put(const std::string& text) const { std::ofstream(path()) << text; }

    ExportedFile file_;
    fs::path model_ = file_.write();
};

TEST_F(SidecarOf, StandsBesideTheModelUnderItsWholeName) {
    EXPECT_EQ(path(), model_.string() + ".json");
    EXPECT_EQ(sidecarPath("/models/vit/"), "/models/vit.json");
    EXPECT_EQ(sidecarPath("vit.pt2"), "vit.pt2.json");
}

TEST_F(SidecarOf, ReadsBackEveryFieldAsWritten) {
    for (const Resample resample : {Resample::nearest, Resample::bilinear, Resample::bicubic, Resample::lanczos}) {
        Sidecar sidecar = edited();
        sidecar.preprocessing.resample = resample;
        ASSERT_TRUE(writeSidecar(model_, sidecar));
        const auto read = readSidecar(model_);
        ASSERT_TRUE(read) << read.error().text();
        ASSERT_TRUE(*read);
        EXPECT_EQ(**read, sidecar);
    }
    Sidecar plain;
    plain.preprocessing.fromFile = true;
    plain.preprocessing.rescale = 1;
    ASSERT_TRUE(writeSidecar(model_, plain));
    EXPECT_EQ(**readSidecar(model_), plain);
}

TEST_F(SidecarOf, IsAppliedWhenTheModelIsOpened) {
    ASSERT_TRUE(writeSidecar(model_, edited()));
    const auto model = openModel(model_);
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_EQ((*model)->preprocessing, edited().preprocessing);
    EXPECT_EQ((*model)->labels, edited().labels);
    ASSERT_EQ((*model)->notes.size(), 1U);
    EXPECT_NE((*model)->notes[0].find("model.pt2.json"), std::string::npos);
    ASSERT_TRUE(removeSidecar(model_));
    EXPECT_FALSE(fs::exists(path()));
    EXPECT_EQ((*openModel(model_))->preprocessing.inputHeight(), 8);
    EXPECT_TRUE(removeSidecar(model_)) << "there is none to remove";
}

TEST_F(SidecarOf, LeavesAnotherProgramsFileAlone) {
    put(R"({"shapes": [1, 2]})");
    EXPECT_FALSE(*readSidecar(model_));
    EXPECT_TRUE(openModel(model_));
    const auto status = writeSidecar(model_, edited());
    ASSERT_FALSE(status);
    EXPECT_NE(status.error().text().find("another program's file"), std::string::npos) << status.error().text();
    EXPECT_TRUE(removeSidecar(model_));
    EXPECT_TRUE(fs::exists(path()));
}

TEST_F(SidecarOf, ADamagedOneIsNamedAndNothingIsGuessed) {
    for (const char* text : {"{\"mantissa_input\": 1", R"({"mantissa_input": 2, "preprocessing": {}})",
                             R"({"mantissa_input": 1})", R"({"mantissa_input": 1, "preprocessing": 3})",
                             R"({"mantissa_input": 1, "preprocessing": {"size": "large"}})",
                             R"({"mantissa_input": 1, "preprocessing": {"size": 8}, "labels": [1]})",
                             R"({"mantissa_input": 1, "preprocessing": {"size": 8}, "labels": "cat"})"}) {
        put(text);
        const auto model = openModel(model_);
        ASSERT_FALSE(model) << text;
        EXPECT_EQ(model.error().text().find(path().string()), 0U) << model.error().text();
    }
}

TEST_F(SidecarOf, WhatCannotBeReadAgainIsNotWritten) {
    Sidecar sidecar;
    sidecar.preprocessing.resize = ResizeRule::none;
    EXPECT_FALSE(writeSidecar(model_, sidecar));
    EXPECT_FALSE(fs::exists(path()));
    EXPECT_FALSE(writeSidecar(file_.folder.path() / "nowhere" / "model.pt", edited()));
}

}  // namespace
