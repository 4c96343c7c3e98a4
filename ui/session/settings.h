#pragma once

#include <QObject>
#include <QSettings>
#include <QString>
#include <QStringList>
#include <algorithm>
#include <memory>

namespace mantissa::ui {

/// One setting: everything that is known about it stands here.
template <class T>
struct Option {
    const char* key;
    T byDefault;
    T least;
    T most;
};
struct SwitchOption {
    const char* key;
    bool byDefault;
};

namespace option {
inline constexpr SwitchOption kRunOnChange{"run/onChange", true};
inline constexpr Option<int> kTimedRuns{"run/timedRuns", 20, 1, 1000};
inline constexpr Option<double> kTimeLimit{"run/timeLimitSeconds", 1.0, 0.1, 60.0};  ///< s a format
inline constexpr Option<int> kThreads{"run/threads", 0, 0, 256};                     ///< 0: LibTorch's default
inline constexpr Option<int> kTheme{"window/theme", 0, 0, 2};                        ///< ThemeMode
inline constexpr Option<int> kLayersFormat{"layers/format", 0, 0,
                                           6};                     ///< of layerFormats(); the last is the custom one
inline constexpr Option<int> kLayersPart{"layers/part", 0, 0, 3};  ///< LayerPart
inline constexpr Option<int> kLayersColumns{"layers/columns", 0, 0, 3};  ///< LayerColumns
inline constexpr SwitchOption kLayersFlat{"layers/flat", false};
inline constexpr Option<int> kPlanMeasure{"layers/planMeasure", 0, 0, 1};  ///< PlanTarget::Measure
inline constexpr Option<double> kPlanSqnr{"layers/planSqnrDb", 30.0, -20.0, 200.0};
inline constexpr Option<double> kPlanMargin{"layers/planMargin", 0.1, -1000.0, 1000.0};  ///< logits
inline constexpr SwitchOption kFirstOpenStrip{"window/firstOpenStrip", true};
inline constexpr Option<int> kExportScale{"export/scale", 2, 1, 4};
inline constexpr Option<int> kExportDpi{"export/dpi", 192, 36, 2400};
inline constexpr Option<int> kExportTheme{"export/theme", 0, 0, 2};  ///< ExportTheme
inline constexpr Option<int> kExportWidth{"export/width", 800, 160, 4000};
inline constexpr Option<int> kExportHeight{"export/height", 480, 100, 4000};
inline constexpr SwitchOption kExportCaption{"export/caption", true};
inline constexpr int kRecentFiles = 8;
}  // namespace option

/// Settings that outlive the program. Values read are within their range, whatever the file says.
class Settings {
  public:
    /// The user's own file, or with a path that file (tests).
    explicit Settings(const QString& file = {});

    bool value(const SwitchOption& option) const { return store_->value(option.key, option.byDefault).toBool(); }
    void set(const SwitchOption& option, bool value) { store_->setValue(option.key, value); }

    template <class T>
    T value(const Option<T>& option) const {
        bool understood = false;
        const double read = store_->value(option.key, option.byDefault).toDouble(&understood);
        if (!understood || !(read >= static_cast<double>(option.least)) || !(read <= static_cast<double>(option.most)))
            return option.byDefault;
        return static_cast<T>(read);
    }
    template <class T>
    void set(const Option<T>& option, T value) {
        store_->setValue(option.key, std::clamp(value, option.least, option.most));
    }

    enum class Recent { models, images };
    QStringList recent(Recent which) const;
    void addRecent(Recent which, const QString& path);  ///< to the front; the oldest falls out
    void removeRecent(Recent which, const QString& path);

    QByteArray geometry() const { return store_->value("window/geometry").toByteArray(); }
    void setGeometry(const QByteArray& geometry) { store_->setValue("window/geometry", geometry); }
    /// Folder of the last file dialog of that purpose ("open", "export").
    QString folder(const QString& purpose) const { return store_->value("folders/" + purpose).toString(); }
    void setFolder(const QString& purpose, const QString& path) { store_->setValue("folders/" + purpose, path); }

  private:
    std::unique_ptr<QSettings> store_;
};

}  // namespace mantissa::ui
