#include "charts/export_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFormLayout>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <algorithm>

#include "charts/chart.h"
#include "charts/compare_chart.h"
#include "number_text.h"
#include "session/settings.h"
#include "widgets/card.h"

namespace mantissa::ui {
namespace {

constexpr QSize kPreview(420, 320);
constexpr QSize kProgressBar(180, 12);

QSpinBox* spinBox(const Option<int>& option, const QString& suffix, const QString& name) {
    auto* box = new QSpinBox;
    box->setRange(option.least, option.most);
    box->setSuffix(suffix);
    box->setAccessibleName(name);
    return box;
}

QWidget* rowOf(std::initializer_list<QWidget*> widgets) {
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    for (auto* widget : widgets) layout->addWidget(widget);
    layout->addStretch(1);
    return row;
}

}  // namespace

ExportDialog::ExportDialog(Settings& settings, const Start& start, QWidget* parent)
    : QDialog(parent), settings_(settings), charts_(start.charts), comparison_(start.comparison) {
    setWindowTitle(tr("Export charts"));
    auto* columns = new QHBoxLayout;
    columns->setSpacing(16);
    form_ = new QWidget;
    auto* form = new QFormLayout(form_);
    form->setContentsMargins(0, 0, 0, 0);
    form->setHorizontalSpacing(12);
    form->setVerticalSpacing(8);
    what_ = new QComboBox;
    kind_ = new QComboBox;
    width_ = spinBox(option::kExportWidth, QStringLiteral(" px"), tr("Width"));
    height_ = spinBox(option::kExportHeight, QStringLiteral(" px"), tr("Height"));
    scale_ = new QComboBox;
    dpi_ = spinBox(option::kExportDpi, QStringLiteral(" dpi"), tr("Resolution"));
    theme_ = new QComboBox;
    heading_ = new QCheckBox(tr("Heading and legend"));
    captioned_ = new QCheckBox(tr("Caption"));
    caption_ = new QLineEdit;
    caption_->setAccessibleName(tr("Caption text"));
    size_ = roleLabel({}, "caption");
    form->addRow(tr("Chart"), what_);
    form->addRow(tr("File type"), kind_);
    form->addRow(tr("Size"), rowOf({width_, new QLabel(QStringLiteral("×")), height_}));
    form->addRow(tr("Pixels"), rowOf({scale_, dpi_}));
    form->addRow({}, size_);
    form->addRow(tr("Theme"), theme_);
    form->addRow({}, heading_);
    form->addRow(captioned_, caption_);
    columns->addWidget(form_, 0);
    preview_ = new QLabel;
    preview_->setFixedSize(kPreview);
    preview_->setAlignment(Qt::AlignCenter);
    preview_->setAccessibleName(tr("Preview"));
    columns->addWidget(preview_, 1);

    outcome_ = roleLabel({}, "errorText");
    outcome_->setWordWrap(true);
    outcome_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    outcome_->hide();
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    close_ = buttons->button(QDialogButtonBox::Close);
    copy_ = buttons->addButton(tr("Copy picture"), QDialogButtonBox::ActionRole);
    save_ = buttons->addButton(tr("Save…"), QDialogButtonBox::ApplyRole);
    save_->setProperty("role", "primary");
    save_->setDefault(true);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(columns);
    // In one place: what came of it follows how far it is.
    auto* status = new QGridLayout;
    status->addWidget(makeProgress(), 0, 0);
    status->addWidget(outcome_, 0, 0);
    layout->addLayout(status);
    layout->addWidget(buttons);

    fillForm(start);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(save_, &QPushButton::clicked, this, &ExportDialog::chooseTarget);
    connect(copy_, &QPushButton::clicked, this, [this] {
        copyChart(*charts_[static_cast<std::size_t>(what_->currentIndex())], options());
        emit exported(tr("Copied to the clipboard"));
    });
    connect(what_, &QComboBox::currentIndexChanged, this, [this] {
        showChoice();
        updateForm();
    });
    for (auto* box : {kind_, scale_, theme_})
        connect(box, &QComboBox::currentIndexChanged, this, &ExportDialog::updateForm);
    for (auto* box : {width_, height_, dpi_}) connect(box, &QSpinBox::valueChanged, this, &ExportDialog::updateForm);
    for (auto* box : {heading_, captioned_}) connect(box, &QCheckBox::toggled, this, &ExportDialog::updateForm);
    connect(caption_, &QLineEdit::textChanged, this, &ExportDialog::updateForm);
    connect(&writer_, &ChartWriter::progress, this, &ExportDialog::showProgress);
    connect(&writer_, &ChartWriter::finished, this, &ExportDialog::showOutcome);
    updateForm();
    showState();
}

QWidget* ExportDialog::makeProgress() {
    progress_ = new QWidget;
    auto* layout = new QHBoxLayout(progress_);
    layout->setContentsMargins(0, 0, 0, 0);
    bar_ = new QProgressBar;
    bar_->setTextVisible(false);
    bar_->setFixedSize(kProgressBar);
    bar_->setAccessibleName(tr("Progress"));
    stage_ = roleLabel({}, "secondary");
    layout->addWidget(bar_);
    layout->addWidget(stage_, 1);
    // Its place is kept: buttons that move would be missed.
    QSizePolicy policy = progress_->sizePolicy();
    policy.setRetainSizeWhenHidden(true);
    progress_->setSizePolicy(policy);
    return progress_;
}

void ExportDialog::fillForm(const Start& start) {
    for (const auto* chart : charts_) what_->addItem(chart->title());
    what_->addItem(start.allText);
    what_->setCurrentIndex(start.chosen < 0 ? static_cast<int>(charts_.size()) : start.chosen);
    for (const char* kind : {"png", "svg", "pdf"})
        kind_->addItem(QString::fromLatin1(kind).toUpper(), QString::fromLatin1(kind));
    kind_->setCurrentIndex(std::max(0, kind_->findData(start.suffix)));
    for (int scale = 1; scale <= 4; ++scale) scale_->addItem(tr("%1×").arg(scale), scale);
    scale_->setCurrentIndex(settings_.value(option::kExportScale) - 1);
    dpi_->setValue(settings_.value(option::kExportDpi));
    for (const auto& name : {tr("Light"), tr("Dark"), tr("Greyscale")}) theme_->addItem(name);
    theme_->setCurrentIndex(settings_.value(option::kExportTheme));
    heading_->setChecked(true);
    captioned_->setChecked(settings_.value(option::kExportCaption));
    showChoice();
}

void ExportDialog::showChoice() {
    if (exportsAll()) {
        caption_->setText(tr("Each chart's own: model, input, formats"));
    } else {
        const Chart& chart = *charts_[static_cast<std::size_t>(what_->currentIndex())];
        width_->setValue(chart.preferredExportSize().width());
        height_->setValue(chart.preferredExportSize().height());
        caption_->setText(chart.provenance());
    }
    caption_->setCursorPosition(0);
}

bool ExportDialog::exportsAll() const { return what_->currentIndex() == static_cast<int>(charts_.size()); }

QString ExportDialog::suffix() const { return kind_->currentData().toString(); }

ChartExportOptions ExportDialog::options() const {
    ChartExportOptions options;
    options.size = {width_->value(), height_->value()};
    options.scale = scale_->currentData().toInt();
    options.dpi = dpi_->value();
    options.theme = static_cast<ExportTheme>(theme_->currentIndex());
    options.heading = heading_->isChecked();
    if (captioned_->isChecked()) options.caption = caption_->text();
    return options;
}

void ExportDialog::updateForm() {
    const bool pixels = suffix() == QLatin1String("png");
    scale_->setEnabled(pixels);
    dpi_->setEnabled(pixels);
    width_->setEnabled(!exportsAll());
    height_->setEnabled(!exportsAll());
    caption_->setEnabled(captioned_->isChecked() && !exportsAll());
    copy_->setEnabled(!exportsAll());
    const ChartExportOptions now = options();
    if (exportsAll())
        size_->setText(tr("Each chart in its own size, those of one candidate for every candidate"));
    else if (pixels)
        size_->setText(tr("%1 × %2 px, %3 × %4 cm in print")
                           .arg(now.size.width() * now.scale)
                           .arg(now.size.height() * now.scale)
                           .arg(fixedText(now.size.width() * now.scale / now.dpi * 2.54, 1),
                                fixedText(now.size.height() * now.scale / now.dpi * 2.54, 1)));
    else
        size_->setText(
            tr("%1 × %2 cm")
                .arg(fixedText(now.size.width() / 96.0 * 2.54, 1), fixedText(now.size.height() / 96.0 * 2.54, 1)));
    updatePreview();
}

void ExportDialog::updatePreview() {
    const Chart& chart = *charts_[static_cast<std::size_t>(exportsAll() ? 0 : what_->currentIndex())];
    ChartExportOptions small = options();
    if (exportsAll()) {
        small.size = chart.preferredExportSize();
        if (captioned_->isChecked()) small.caption = chart.provenance();
    }
    small.scale = 1;
    QImage image = chartImage(chart, small).scaled(kPreview, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    preview_->setPixmap(QPixmap::fromImage(image));
}

void ExportDialog::keepChoices() {
    settings_.set(option::kExportScale, scale_->currentData().toInt());
    settings_.set(option::kExportDpi, dpi_->value());
    settings_.set(option::kExportTheme, theme_->currentIndex());
    settings_.set(option::kExportCaption, captioned_->isChecked());
}

std::vector<ChartToWrite> ExportDialog::chartsToWrite() const {
    if (!exportsAll()) {
        const Chart* chart = charts_[static_cast<std::size_t>(what_->currentIndex())];
        const auto paint = [chart, path = target_, now = options()]() -> Result<std::optional<PaintedChart>> {
            auto painted = paintChart(*chart, path, now);
            if (!painted) return std::move(painted).error();
            return std::optional<PaintedChart>(*std::move(painted));
        };
        return {{target_, paint}};
    }
    const ExportAllOptions all{.suffix = suffix(), .chart = options()};
    const auto isCompared = [this](Chart* chart) { return comparison_ && qobject_cast<CompareChart*>(chart); };
    std::vector<ChartToWrite> charts;
    if (std::any_of(charts_.begin(), charts_.end(), isCompared)) charts = chartsOf(comparison_, target_, all);
    for (Chart* chart : charts_)
        if (!isCompared(chart)) charts.push_back(amongAll(*chart, target_, all));
    return charts;
}

void ExportDialog::writeTo(const std::filesystem::path& target) {
    keepChoices();
    outcome_->hide();
    target_ = target;
    if (exportsAll())
        if (const auto made = makeFolder(target); !made)
            return say(tr("Not saved. %1.").arg(QString::fromStdString(made.error().text())), "errorText");
    writer_.start(chartsToWrite());
    showState();
}

void ExportDialog::showState() {
    const bool writes = writer_.busy();
    form_->setEnabled(!writes);
    save_->setEnabled(!writes);
    copy_->setEnabled(!writes && !exportsAll());
    close_->setText(writes ? tr("Cancel") : tr("Close"));
    close_->setEnabled(true);
    progress_->setVisible(writes);
    if (writes) close_->setFocus();
}

void ExportDialog::showProgress(const ProgressUpdate& update) {
    bar_->setRange(0, static_cast<int>(update.total));
    bar_->setValue(static_cast<int>(update.done));
    stage_->setText(
        tr("%1 of %2: %3").arg(update.done + 1).arg(update.total).arg(QString::fromStdString(update.stage)));
    stage_->setAccessibleName(stage_->text());
}

void ExportDialog::showOutcome(const ChartWriter::Outcome& outcome) {
    showState();
    const QString target = QString::fromStdString(target_.string());
    const auto written = static_cast<int>(outcome.written.size());
    if (!outcome.error) {
        emit exported(exportsAll() ? tr("%1 charts saved in %2").arg(QString::number(written), target)
                                   : tr("Saved %1").arg(target));
        return accept();
    }
    const bool cancelled = outcome.error->code == ErrorCode::cancelled;
    QString words =
        cancelled ? tr("Cancelled.") : tr("Not saved. %1.").arg(QString::fromStdString(outcome.error->text()));
    if (written > 0)
        words +=
            ' ' +
            tr("%1 of %2 charts saved in %3.").arg(QString::number(written), QString::number(outcome.asked), target);
    else if (cancelled)
        words += ' ' + tr("Nothing was written.");
    say(words, cancelled ? "secondary" : "errorText");
    save_->setFocus();
}

void ExportDialog::say(const QString& words, const char* role) {
    outcome_->setText(words);
    outcome_->setAccessibleName(words);
    outcome_->setProperty("role", role);
    restyle(outcome_);
    outcome_->show();
}

void ExportDialog::reject() {
    if (!writer_.busy()) return QDialog::reject();
    // The chart in hand is encoded to its end first.
    stage_->setText(tr("Stopping after this chart"));
    close_->setEnabled(false);
    writer_.cancel();
}

void ExportDialog::chooseTarget() {
    const QString purpose = QStringLiteral("export");
    const QString folder = settings_.folder(purpose).isEmpty() ? QDir::homePath() : settings_.folder(purpose);
    QString target;
    if (exportsAll()) {
        target = QFileDialog::getExistingDirectory(this, tr("Folder for the charts"), folder);
        if (target.isEmpty()) return;
        settings_.setFolder(purpose, target);
    } else {
        const QString name = charts_[static_cast<std::size_t>(what_->currentIndex())]->name() + '.' + suffix();
        target = QFileDialog::getSaveFileName(this, tr("Save chart"), QDir(folder).filePath(name),
                                              QStringLiteral("%1 (*.%2)").arg(suffix().toUpper(), suffix()));
        if (target.isEmpty()) return;
        if (QFileInfo(target).suffix().toLower() != suffix()) target += '.' + suffix();
        settings_.setFolder(purpose, QFileInfo(target).absolutePath());
    }
    writeTo(target.toStdString());
}

}  // namespace mantissa::ui
