#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "bounded_memory.h"
#include "cli/program.h"
#include "csv_rows.h"

// What the manifests beside malformed files ask for, of the program itself: an exit code, one line, bounded memory.

namespace mantissa {
namespace {

namespace fs = std::filesystem;
using test::ProgramRun;
using test::runProgram;

const fs::path kData = MANTISSA_TEST_DATA;

struct Entry {
    fs::path file;
    std::string asked;
};

/// File names and one column of a manifest.
std::vector<Entry> manifest(const fs::path& folder, const std::string& column) {
    std::vector<Entry> entries;
    for (auto& row : test::csvRows(folder / "manifest.csv")) entries.push_back({folder / row["file"], row[column]});
    return entries;
}

/// A refusal: exit code 1, nothing on standard output, one line that names the file.
void expectRefusal(const ProgramRun& run, const fs::path& file) {
    EXPECT_EQ(run.exitCode, 1) << file << "\n" << run.errors;
    EXPECT_EQ(run.output, "") << file;
    EXPECT_EQ(run.errorLines(), 1) << file << "\n" << run.errors;
    EXPECT_NE(run.errors.find(file.filename().string()), std::string::npos) << run.errors;
}

void expectBoundedMemory(const ProgramRun& run, const fs::path& file) {
    if (!test::kMemoryCanBeBounded) return;
    EXPECT_LT(run.peakBytes, std::int64_t{700} << 20) << file;
}

std::string quoted(const fs::path& path) { return "'" + path.string() + "'"; }

TEST(MalformedFiles, InspectAnswersAsTheManifestAsks) {
    const fs::path folder = kData / "safetensors-bad";
    if (!fs::exists(folder)) GTEST_SKIP() << "needs the reference data, " << folder;
    const auto entries = manifest(folder, "must_be_rejected");
    ASSERT_GE(entries.size(), 48U);
    for (const auto& [file, asked] : entries) {
        const ProgramRun run = runProgram("inspect " + quoted(file) + " --as bf16,e4m3");
        expectBoundedMemory(run, file);
        if (asked == "yes" || (asked == "either" && run.exitCode != 0)) {
            expectRefusal(run, file);
        } else {
            EXPECT_EQ(run.exitCode, 0) << file << "\n" << run.errors;
            EXPECT_EQ(run.errors, "") << file;
        }
    }
}

TEST(MalformedFiles, CompareRefusesThemAsModelAndAsInput) {
    const fs::path folder = kData / "safetensors-bad";
    if (!fs::exists(folder)) GTEST_SKIP() << "needs the reference data, " << folder;
    for (const auto& [file, asked] : manifest(folder, "must_be_rejected")) {
        // The sound ones among them hold no network either.
        const ProgramRun model = runProgram("compare --runs 0 --model " + quoted(file));
        expectRefusal(model, file);
        expectBoundedMemory(model, file);
        // One reader serves both: a few show that.
        if (file.filename().string().starts_with("offsets_"))
            expectRefusal(runProgram("compare --runs 0 --input " + quoted(file)), file);
    }
}

TEST(MalformedFiles, CompareTakesOrRefusesPicturesAsTheManifestAsks) {
    const fs::path folder = kData / "images-bad";
    if (!fs::exists(folder)) GTEST_SKIP() << "needs the reference data, " << folder;
    const auto entries = manifest(folder, "expected");
    ASSERT_GE(entries.size(), 24U);
    for (const auto& [file, asked] : entries) {
        const ProgramRun run = runProgram("compare --runs 0 --formats fp32 --image " + quoted(file));
        expectBoundedMemory(run, file);
        if (asked == "error" || (asked != "ok" && run.exitCode != 0)) {
            expectRefusal(run, file);
        } else {
            EXPECT_EQ(run.exitCode, 0) << file << "\n" << run.errors;
            EXPECT_EQ(run.errors, "") << file;
        }
    }
}

}  // namespace
}  // namespace mantissa
