#include "graph/exported_program_reader.h"

#include <thread>

#include "graph/exported_program_archive.h"
#include "graph/exported_program_lowering.h"
#include "graph/guessed_input.h"
#include "run/operator_table.h"
#include "storage/sha256.h"

namespace mantissa {
namespace {

/// An error of the program itself, in the file that holds it.
Error inFile(const std::filesystem::path& path, Error error) {
    error.where = path.string() + (error.where.empty() ? "" : ": " + error.where);
    return error;
}

}  // namespace

Result<ModelPtr> openExportedProgram(const std::filesystem::path& path, ZipArchive archive) {
    auto file = MappedFile::open(path);
    if (!file) return std::move(file).error();
    std::string digest;
    // Each goes through the whole file; side by side they take the time of the longer one.
    std::jthread digesting([&] { digest = sha256(*file); });
    if (auto status = archive.verify(); !status) return std::move(status).error();
    auto contents = readExportedProgramArchive(archive);
    if (!contents) return std::move(contents).error();
    auto program = lowerExportedProgram(*contents);
    if (!program) return inFile(path, std::move(program).error());
    if (auto status = checkGraph(program->graph); !status) return inFile(path, std::move(status).error());

    auto model = std::make_shared<Model>();
    model->path = path;
    model->name = path.filename().string();
    model->kind = ModelKind::exportedProgram;
    model->architecture = program->architecture.empty() ? "torch.export program" : std::move(program->architecture);
    model->graph = std::move(program->graph);
    model->notes = std::move(program->notes);
    model->preprocessing = guessedInput({program->height, program->width}, program->classes);
    digesting.join();
    model->sha256 = std::move(digest);
    return ModelPtr(model);
}

}  // namespace mantissa
