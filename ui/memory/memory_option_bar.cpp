#include "memory/memory_option_bar.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSpinBox>

#include "widgets/card.h"
#include "widgets/segmented_control.h"

namespace mantissa::ui {
namespace {

constexpr int kSettledAfter = 500;  // ms without another change of the batch
constexpr int kMostPictures = 4096;

QFrame* verticalLine(QWidget* parent) {
    auto* line = new QFrame(parent);
    line->setProperty("role", "line");
    line->setFixedSize(1, 20);
    return line;
}

}  // namespace

MemoryOptionBar::MemoryOptionBar(QWidget* parent) : QFrame(parent) {
    setProperty("role", "card");
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 6, 10, 6);
    layout->setSpacing(8);
    showLabel_ = roleLabel(tr("Show"), "caption", this);
    show_ = new SegmentedControl(tr("Show"), this);
    setShowNames(false);
    layout->addWidget(showLabel_);
    layout->addWidget(show_);
    layout->addWidget(verticalLine(this));
    weights_ = addPart(tr("Weights"), tr("Parameters of the model"), &MemoryView::weights);
    buffers_ = addPart(tr("Buffers"), tr("Running statistics and the like, which are stored but not trained"),
                       &MemoryView::buffers);
    activations_ =
        addPart(tr("Activations, peak"), tr("The most bytes of intermediate results that are alive at the same time"),
                &MemoryView::activations);
    scales_ = addPart(tr("Scales"), tr("Factors that turn the codes of integer formats back into values"),
                      &MemoryView::scales);
    layout->addWidget(verticalLine(this));
    auto* batchLabel = roleLabel(tr("Batch"), "caption", this);
    batch_ = new QSpinBox(this);
    batch_->setRange(1, kMostPictures);
    batch_->setAccessibleName(tr("Batch, pictures at once"));
    batch_->setToolTip(tr("Pictures that go through the model at once. Activations grow with it, weights do not."));
    batchLabel->setBuddy(batch_);
    layout->addWidget(batchLabel);
    layout->addWidget(batch_);
    granularityLabel_ = roleLabel(tr("INT8 scale"), "caption", this);
    granularity_ = new QComboBox(this);
    granularity_->addItems({tr("Per output channel"), tr("Per tensor")});
    granularity_->setAccessibleName(tr("Scales of INT8"));
    granularity_->setToolTip(
        tr("How many scales INT8 weights need, 4 bytes each. Mantissa rounds with one an output channel."));
    granularityLabel_->setBuddy(granularity_);
    layout->addWidget(granularityLabel_);
    layout->addWidget(granularity_);
    layout->addStretch(1);

    connect(show_, &SegmentedControl::chosen, this, [this](int index) {
        view_.show = static_cast<MemoryShow>(index);
        emit viewChanged();
    });
    connect(granularity_, &QComboBox::activated, this, [this](int index) {
        view_.granularity = static_cast<ScaleGranularity>(index);
        emit viewChanged();
    });
    settled_.setSingleShot(true);
    settled_.setInterval(kSettledAfter);
    connect(batch_, &QSpinBox::valueChanged, &settled_, qOverload<>(&QTimer::start));
    connect(batch_, &QSpinBox::editingFinished, this, [this] {
        if (!settled_.isActive()) return;
        settled_.stop();
        emit batchChosen();
    });
    connect(&settled_, &QTimer::timeout, this, &MemoryOptionBar::batchChosen);
}

QCheckBox* MemoryOptionBar::addPart(const QString& text, const QString& help, bool MemoryView::*part) {
    auto* box = new QCheckBox(text, this);
    box->setChecked(true);
    box->setToolTip(help);
    connect(box, &QCheckBox::toggled, this, [this, part](bool on) {
        view_.*part = on;
        emit viewChanged();
    });
    layout()->addWidget(box);
    return box;
}

int MemoryOptionBar::batch() const { return batch_->value(); }

void MemoryOptionBar::setShowNames(bool narrow) {
    show_->setSegments(
        {{narrow ? tr("Both") : tr("Stored and here"),
          {},
          tr("What the format needs, and below it what was held here")},
         {narrow ? tr("Stored") : tr("As stored in the format"), {}, tr("What the format needs, computed")},
         {narrow ? tr("Here") : tr("As run on this computer"), {}, tr("What Mantissa held while it ran, measured")}});
    show_->setCurrent(static_cast<int>(view_.show));
}

void MemoryOptionBar::setNarrow(bool narrow) {
    setShowNames(narrow);
    showLabel_->setVisible(!narrow);
    activations_->setText(narrow ? tr("Activations") : tr("Activations, peak"));
    granularity_->setItemText(0, narrow ? tr("Per channel") : tr("Per output channel"));
}

}  // namespace mantissa::ui
