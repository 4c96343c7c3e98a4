#pragma once

#include <QDialog>
#include <memory>
#include <vector>

#include "charts/chart_writer.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace mantissa {
struct CompareReport;
}

namespace mantissa::ui {

class Chart;
class Settings;

/// Chooses what to export (one chart, or all into a folder), as what, how large and in which theme, with a preview.
/// Choices are kept in the settings. While it writes, it shows how far it is, and Close is Cancel.
class ExportDialog final : public QDialog {
    Q_OBJECT

  public:
    struct Start {
        std::vector<Chart*> charts;  ///< of the page, those with something to draw
        int chosen = 0;              ///< index into charts; −1: all
        QString suffix;              ///< "png", "svg", "pdf"; empty: as last time
        QString allText;             ///< what `charts` are together: "All charts of this page"
        /// What charts of a comparison among them show: all of them together are then drawn for every candidate.
        std::shared_ptr<const CompareReport> comparison{};
    };
    ExportDialog(Settings& settings, const Start& start, QWidget* parent = nullptr);

    ChartExportOptions options() const;
    QString suffix() const;
    /// Begins to write to this file (one chart) or folder (all), without asking for it. What is written whole closes
    /// the dialog; else it stays and says why.
    void writeTo(const std::filesystem::path& target);
    bool busy() const { return writer_.busy(); }
    bool exportsAll() const;

    /// Cancels what is being written; closes the dialog when nothing is.
    void reject() override;

  signals:
    void exported(const QString& message);

  private:
    void fillForm(const Start& start);
    void keepChoices();
    void updateForm();
    void updatePreview();
    void chooseTarget();
    void showChoice();
    QWidget* makeProgress();
    std::vector<ChartToWrite> chartsToWrite() const;
    void showState();
    void showProgress(const ProgressUpdate& update);
    void showOutcome(const ChartWriter::Outcome& outcome);
    void say(const QString& words, const char* role);

    Settings& settings_;
    std::vector<Chart*> charts_;
    std::shared_ptr<const CompareReport> comparison_;
    QComboBox* what_;
    QComboBox* kind_;
    QSpinBox* width_;
    QSpinBox* height_;
    QComboBox* scale_;
    QSpinBox* dpi_;
    QComboBox* theme_;
    QCheckBox* heading_;
    QCheckBox* captioned_;
    QLineEdit* caption_;
    QLabel* size_;
    QLabel* preview_;
    QWidget* form_;
    QWidget* progress_;
    QProgressBar* bar_;
    QLabel* stage_;
    QLabel* outcome_;  ///< why it was not, or not all, saved
    QPushButton* copy_;
    QPushButton* save_;
    QPushButton* close_;
    ChartWriter writer_;
    std::filesystem::path target_;
};

}  // namespace mantissa::ui
