#pragma once

#include <filesystem>

#include "graph/model.h"
#include "result.h"
#include "storage/zip_archive.h"

namespace mantissa {

/// Opens a TorchScript file (torch.jit.save), traced or scripted. Every record's checksum is verified, and the text
/// looked through, before LibTorch reads it; no operator runs that is not allowed. The program becomes a Graph of
/// single calls where what it computes is known: at once, or on an example picture where it follows from sizes (a note
/// says so). A program that decides by its data, or changes objects of its own, runs as a whole instead, and the model
/// says why. The file does not say the input size; the usual ones are tried on a black picture and the first that runs
/// is the guess.
Result<ModelPtr> openTorchScript(const std::filesystem::path& path, ZipArchive archive);

}  // namespace mantissa
