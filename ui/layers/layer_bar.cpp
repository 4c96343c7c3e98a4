#include "layers/layer_bar.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <algorithm>

#include "number_text.h"
#include "session/settings.h"
#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/segmented_control.h"

namespace mantissa::ui {

LayerBar::LayerBar(Session& session, QWidget* parent)
    : QFrame(parent),
      session_(session),
      layers_(session.layers()),
      formatLabel_(roleLabel(tr("Format"), "caption", this)),
      formats_(new SegmentedControl(tr("Format"), this)),
      partLabel_(roleLabel(tr("Error of"), "caption", this)),
      part_(new QComboBox(this)),
      run_(new QPushButton(this)),
      save_(new QPushButton(tr("Save"), this)) {
    setProperty("role", "card");
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 6, 10, 6);
    layout->setSpacing(8);
    layout->addWidget(formatLabel_);
    layout->addWidget(formats_);
    for (const auto& text :
         {tr("Weights + activations"), tr("Weights only"), tr("Activations only"), tr("Native kernels")})
        part_->addItem(text);
    part_->setAccessibleName(tr("Part of the error"));
    part_->setToolTip(
        tr("Which rounding the errors are of. All parts are measured in one run; native kernels where LibTorch has "
           "the format."));
    part_->setCurrentIndex(session.settings().value(option::kLayersPart));
    partLabel_->setBuddy(part_);
    layout->addWidget(partLabel_);
    layout->addWidget(part_);
    layout->addStretch(1);
    layout->addWidget(run_);
    auto* menu = new QMenu(save_);
    menu->addAction(tr("Every layer as CSV…"), this, [this] { save(LayersSession::FileForm::csv); });
    menu->addAction(tr("Report as JSON…"), this, [this] { save(LayersSession::FileForm::json); });
    save_->setMenu(menu);
    layout->addWidget(save_);

    connect(formats_, &SegmentedControl::chosen, this, [this](int index) {
        layers_.chooseFormat(layerFormats(session_.choices().custom)[static_cast<std::size_t>(index)]);
    });
    connect(part_, &QComboBox::activated, this, [this](int index) {
        session_.settings().set(option::kLayersPart, index);
        emit partChosen();
    });
    connect(run_, &QPushButton::clicked, this, [this] { layers_.running() ? session_.cancel() : layers_.run(); });
    connect(&layers_, &LayersSession::formatChanged, this, &LayerBar::fillFormats);
    connect(&session, &Session::choicesChanged, this, &LayerBar::fillFormats);
    connect(&Theme::instance(), &Theme::changed, this, &LayerBar::fillFormats);
    connect(&layers_, &LayersSession::runningChanged, this, &LayerBar::follow);
    connect(&layers_, &LayersSession::reportChanged, this, &LayerBar::follow);
    connect(&session, &Session::imageChanged, this, &LayerBar::follow);
    connect(&session, &Session::busyChanged, this, &LayerBar::follow);
    fillFormats();
    follow();
}

LayerPart LayerBar::part() const { return static_cast<LayerPart>(part_->currentIndex()); }

void LayerBar::fillFormats() {
    const auto all = layerFormats(session_.choices().custom);
    std::vector<SegmentedControl::Segment> segments;
    for (const auto& one : all)
        segments.push_back({shortTitle(one),
                            QIcon(markerPixmap(lookOf(one), Theme::instance().formatColor(one), 12, 2)),
                            QString::fromStdString(one.title)});
    formats_->setSegments(segments);
    formats_->setCurrent(static_cast<int>(std::find(all.begin(), all.end(), layers_.format()) - all.begin()));
}

void LayerBar::follow() {
    const bool running = layers_.running();
    run_->setText(running ? tr("Cancel") : layers_.report() ? tr("Run again") : tr("Run"));
    run_->setToolTip(running ? tr("Stop at the next operator; finished layers stay (Esc)")
                             : tr("Run the model in FP32 and, layer by layer beside it, in the format (F5)"));
    run_->setEnabled(running || layers_.canRun());
    save_->setEnabled(layers_.report() && !running);
}

void LayerBar::setNarrow(bool narrow) {
    formatLabel_->setVisible(!narrow);
    partLabel_->setVisible(!narrow);
}

void LayerBar::save(LayersSession::FileForm form) {
    const bool json = form == LayersSession::FileForm::json;
    const QString suffix = json ? QStringLiteral("json") : QStringLiteral("csv");
    const QString folder = session_.settings().folder(QStringLiteral("export"));
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Save the layers"), folder + "/layers." + suffix,
                                     json ? tr("JSON (*.json)") : tr("Comma-separated values (*.csv)"));
    if (path.isEmpty()) return;
    session_.settings().setFolder(QStringLiteral("export"), QFileInfo(path).absolutePath());
    layers_.save(path.toStdString(), form);
}

}  // namespace mantissa::ui
