#include <gtest/gtest.h>

#include <filesystem>

#include "graph/label_file.h"
#include "temporary_folder.h"

namespace {

using namespace mantissa;
using mantissa::test::TemporaryFolder;
namespace fs = std::filesystem;
using Names = std::vector<std::string>;

Names read(const std::string& text) {
    const TemporaryFolder folder;
    const auto names = readLabelFile(folder.write("names.txt", text));
    return names ? *names : Names{names.error().message};
}

TEST(LabelFile, HoldsOneNameALine) {
    EXPECT_EQ(read("cat\ndog\n"), (Names{"cat", "dog"}));
    EXPECT_EQ(read("cat\r\n  grey owl \r\nchien à poil\n\n \n"), (Names{"cat", "grey owl", "chien à poil"}));
    EXPECT_EQ(read("\xEF\xBB\xBF"
                   "cat"),
              Names{"cat"});
}

TEST(LabelFile, LeavesOutIdentifiersOfWordNetWhereAllLinesHaveThem) {
    EXPECT_EQ(read("n01440764 tench, Tinca tinca\nn01443537 goldfish"), (Names{"tench, Tinca tinca", "goldfish"}));
    EXPECT_EQ(read("n01440764 tench\nnest"), (Names{"n01440764 tench", "nest"}));
}

TEST(LabelFile, OfAConfigurationIsItsId2label) {
    EXPECT_EQ(read(R"({"model_type": "vit", "id2label": {"1": "dog", "0": "cat"}})"), (Names{"cat", "dog"}));
    EXPECT_EQ(read(R"({"model_type": "vit"})"), Names{"has no id2label, which names the classes"});
}

TEST(LabelFile, ThatNamesNoClassesIsRefused) {
    EXPECT_EQ(read(""), Names{"names no classes"});
    EXPECT_EQ(read("cat\n\ndog"), Names{"its line 2 holds no name of a class; each line has to hold one"});
    EXPECT_EQ(read(std::string(2000, 'x')), Names{"its line 1 holds no name of a class; each line has to hold one"});
    EXPECT_EQ(read(std::string("cat\0", 4)),
              Names{"is no text; class names are read from a text file of one name a line"});
    EXPECT_FALSE(readLabelFile("/absent/names.txt"));
}

TEST(LabelFile, ReadsImageNetsList) {
    const fs::path file = fs::path(MANTISSA_TEST_DATA) / "labels" / "imagenet1k.txt";
    if (!fs::exists(file)) GTEST_SKIP() << "needs the reference data, " << file;
    const auto names = readLabelFile(file);
    ASSERT_TRUE(names) << names.error().text();
    ASSERT_EQ(names->size(), 1000U);
    EXPECT_EQ((*names)[281], "tabby, tabby cat");
}

}  // namespace
