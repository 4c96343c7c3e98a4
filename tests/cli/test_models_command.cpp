#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "cli/program.h"
#include "core/graph/model_folder.h"

namespace mantissa {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using test::runProgram;
using test::TemporaryFolder;

void writeFile(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

/// A cache as huggingface_hub lays it out: blobs, and snapshots of links into them.
class FakeCache {
  public:
    /// Adds a file to a snapshot, as a link to a blob that holds it.
    void addBlob(const std::string& repository, const std::string& commit, const std::string& name,
                 const fs::path& file) {
        const fs::path root = path() / repository, blob = root / "blobs" / ("blob-" + commit.substr(0, 4) + "-" + name);
        fs::create_directories(blob.parent_path());
        if (!file.empty()) fs::copy_file(file, blob);
        fs::create_directories(root / "snapshots" / commit);
        fs::create_symlink(fs::path("../../blobs") / blob.filename(), root / "snapshots" / commit / name);
    }

    void addRef(const std::string& repository, const std::string& ref, const std::string& commit) {
        writeFile(path() / repository / "refs" / ref, commit);
    }

    fs::path path() const { return folder_.path() / "hub"; }
    std::string homeVariable() const {
        return "-u HF_HUB_CACHE -u HUGGINGFACE_HUB_CACHE HF_HOME=" + folder_.path().string();
    }
    std::string cacheVariable() const { return "HF_HOME=/nowhere HF_HUB_CACHE=" + path().string(); }

  private:
    TemporaryFolder folder_;
};

const std::string kFirst(40, 'a'), kSecond(40, 'b');

class ModelsCommand : public testing::Test {
  protected:
    void SetUp() override {
        const auto folder = test::mobileVitFolder();
        folder->writeConfig();
        folder->writeWeights();
        const fs::path source = folder->files.path();
        const std::string mobileVit = "models--apple--mobilevit-tiny";
        for (const std::string& commit : {kFirst, kSecond})
            for (const char* name : {"config.json", "model.safetensors"})
                cache_.addBlob(mobileVit, commit, name, source / name);
        cache_.addRef(mobileVit, "main", kSecond);
        cache_.addRef(mobileVit, "refs/pr/3", kFirst);

        writeFile(source / "bert.json", R"({"model_type": "bert", "architectures": ["BertForMaskedLM"]})");
        cache_.addBlob("models--bert", kFirst, "config.json", source / "bert.json");
        cache_.addRef("models--bert", "main", kFirst);

        cache_.addBlob("models--apple--half", kFirst, "config.json", source / "config.json");
        cache_.addBlob("models--apple--half", kFirst, "model.safetensors", {});
        cache_.addBlob("datasets--cifar10", kFirst, "config.json", source / "config.json");
        writeFile(cache_.path() / "version.txt", "1");
    }

    ordered_json list(const std::string& environment) const {
        const auto run = runProgram("models --json -", {}, environment);
        EXPECT_EQ(run.exitCode, 0) << run.errors;
        return ordered_json::parse(run.output, nullptr, false);
    }

    FakeCache cache_;
};

TEST_F(ModelsCommand, ListsBundledAndCachedModels) {
    const auto json = list(cache_.homeVariable());
    EXPECT_EQ(json["schema"], "mantissa.models/1");
    std::vector<ordered_json> cached;
    std::set<std::string> bundled;
    for (const auto& model : json["models"]) {
        if (model["source"] == "hub-cache") cached.push_back(model);
        if (model["source"] == "bundled" && model["runs"] == true) bundled.insert(model["name"].get<std::string>());
    }
    EXPECT_EQ(bundled, (std::set<std::string>{"mobilevit-xxs-cifar10", "simple-cnn-cifar10"}));
    ASSERT_EQ(cached.size(), 4U);
    EXPECT_EQ(cached[0]["name"], "apple/half");
    EXPECT_EQ(cached[0]["runs"], false);
    EXPECT_NE(cached[0]["problem"].get<std::string>().find("model.safetensors"), std::string::npos);

    EXPECT_EQ(cached[1]["name"], "apple/mobilevit-tiny");
    EXPECT_EQ(cached[1]["commit"], kSecond);
    EXPECT_EQ(cached[1]["refs"], (std::vector<std::string>{"main"}));
    EXPECT_EQ(cached[1]["architecture"], "MobileViTForImageClassification");
    EXPECT_EQ(cached[1]["runs"], true);
    EXPECT_GT(cached[1]["parameters"], 1000);
    const auto weights = fs::file_size(cached[1]["path"].get<std::string>() + "/model.safetensors");
    EXPECT_GT(cached[1]["bytes"], weights);
    EXPECT_LT(cached[1]["bytes"], weights + 5000);
    EXPECT_EQ(cached[2]["commit"], kFirst);
    EXPECT_EQ(cached[2]["refs"], (std::vector<std::string>{"refs/pr/3"}));

    EXPECT_EQ(cached[3]["name"], "bert");
    EXPECT_EQ(cached[3]["architecture"], "BertForMaskedLM");
    EXPECT_TRUE(cached[3]["parameters"].is_null());
    EXPECT_EQ(cached[3]["runs"], false);
    EXPECT_EQ(list(cache_.cacheVariable()), json);
}

TEST_F(ModelsCommand, PrintsThemAsATable) {
    const auto run = runProgram("models", {}, cache_.homeVariable());
    EXPECT_EQ(run.exitCode, 0) << run.errors;
    EXPECT_EQ(run.errors, "");
    for (const char* part : {"simple-cnn-cifar10", "bundled", "apple/mobilevit-tiny", "main", "refs/pr/3",
                             "BertForMaskedLM", "yes", "no", "\nbert: config.json: "})
        EXPECT_NE(run.output.find(part), std::string::npos) << part << "\n" << run.output;
}

TEST_F(ModelsCommand, NamesOpenInCompare) {
    const auto pathOf = [&](const std::string& name) {
        const auto run =
            runProgram("compare --runs 0 --formats fp32 --json - --model " + name, {}, cache_.homeVariable());
        EXPECT_EQ(run.exitCode, 0) << run.errors;
        return ordered_json::parse(run.output, nullptr, false)["model"]["path"].get<std::string>();
    };
    EXPECT_TRUE(pathOf("apple/mobilevit-tiny").ends_with(kSecond));
    EXPECT_TRUE(pathOf("apple/mobilevit-tiny@main").ends_with(kSecond));
    EXPECT_TRUE(pathOf("apple/mobilevit-tiny@refs/pr/3").ends_with(kFirst));
    EXPECT_TRUE(pathOf("apple/mobilevit-tiny@aaaaaa").ends_with(kFirst));
    EXPECT_EQ(runProgram("compare --model apple/mobilevit-tiny@nothing", {}, cache_.homeVariable()).exitCode, 1);
}

TEST_F(ModelsCommand, ACacheThatIsNotThereIsNoError) {
    const auto json = list("-u HF_HUB_CACHE HF_HOME=/nowhere");
    for (const auto& model : json["models"]) EXPECT_EQ(model["source"], "bundled");
    const auto run = runProgram("models", {}, "-u HF_HUB_CACHE HF_HOME=/nowhere");
    EXPECT_NE(run.output.find("/nowhere/hub"), std::string::npos) << run.output;
}

}  // namespace
}  // namespace mantissa
