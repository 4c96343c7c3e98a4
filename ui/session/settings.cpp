#include "session/settings.h"

namespace mantissa::ui {
namespace {

QString recentKey(Settings::Recent which) {
    return which == Settings::Recent::models ? QStringLiteral("recent/models") : QStringLiteral("recent/images");
}

}  // namespace

Settings::Settings(const QString& file)
    : store_(file.isEmpty()
                 ? std::make_unique<QSettings>(QSettings::IniFormat, QSettings::UserScope, "mantissa", "mantissa")
                 : std::make_unique<QSettings>(file, QSettings::IniFormat)) {}

QStringList Settings::recent(Recent which) const {
    return store_->value(recentKey(which)).toStringList().mid(0, option::kRecentFiles);
}

void Settings::addRecent(Recent which, const QString& path) {
    QStringList files = recent(which);
    files.removeAll(path);
    files.prepend(path);
    store_->setValue(recentKey(which), files.mid(0, option::kRecentFiles));
}

void Settings::removeRecent(Recent which, const QString& path) {
    QStringList files = recent(which);
    files.removeAll(path);
    store_->setValue(recentKey(which), files);
}

}  // namespace mantissa::ui
