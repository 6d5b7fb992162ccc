using System.Diagnostics.Metrics;

namespace Parley.Dialogs;

/// <summary>Sizes of profiles: each as a whole, and its greatest values. How many time series that makes is bounded, whatever values calls bring.</summary>
internal sealed class ProfileMetrics(DialogProfileTable profiles, DialogOptions options)
{
    private const string Name = "sip.profile.name";

    public void AddTo(Meter meter)
    {
        meter.CreateObservableUpDownCounter(
            "sip.profile.size",
            () => All.Select(static p => new Measurement<long>(p.Size(), Tag(p))),
            "{dialog}",
            "Memberships of each profile; a dialog with two values counts twice."
        );
        meter.CreateObservableUpDownCounter(
            "sip.profile.values",
            () => All.Where(static p => p.HasValue).Select(static p => new Measurement<long>(p.ValueCount, Tag(p))),
            "{value}",
            "Values that dialogs have in each profile."
        );
        meter.CreateObservableGauge(
            "sip.profile.limit",
            () => All.Where(static p => p.Limit is not null).Select(static p => new Measurement<long>(p.Limit ?? 0, Tag(p))),
            "{dialog}",
            "How many dialogs one value of the profile may have; missing where there is no limit."
        );
        meter.CreateObservableGauge(
            "sip.profile.top",
            Top,
            "{dialog}",
            "Dialogs of the values that have most, for the first so many of each profile (DialogOptions.MetricValues)."
        );
    }

    private IEnumerable<DialogProfile> All => profiles.All;

    private IEnumerable<Measurement<long>> Top() =>
        All.Where(static profile => profile.HasValue)
            .SelectMany(profile =>
                profile
                    .Top(options.MetricValues)
                    .Select(value => new Measurement<long>(
                        value.Count,
                        Tag(profile),
                        new KeyValuePair<string, object?>("sip.profile.value", value.Text)
                    ))
            );

    private static KeyValuePair<string, object?> Tag(DialogProfile profile) => new(Name, profile.Name);
}
