using Parley.Hosting;
using Parley.Registrar;

namespace Parley.Management;

/// <summary>The groups <c>usrloc</c> and <c>registrar</c>.</summary>
internal sealed class LocationStatistics(LocationTable? table = null, SipRegistrar? registrar = null) : IStatisticSource
{
    public IEnumerable<Statistic> Statistics => [.. Locations, .. Registrar];

    private IEnumerable<Statistic> Locations =>
        table is null
            ? []
            :
            [
                new("usrloc", "registered_users", () => table.AddressCount),
                new("usrloc", "location-users", () => table.AddressCount),
                new("usrloc", "location-contacts", () => table.BindingCount),
            ];

    private IEnumerable<Statistic> Registrar =>
        registrar is null
            ? []
            :
            [
                new("registrar", "max_expires", () => (long)registrar.Table.Options.MaxExpires.TotalSeconds),
                new("registrar", "max_contacts", () => registrar.Table.Options.MaxContacts),
                new("registrar", "default_expire", () => (long)registrar.Table.Options.DefaultExpires.TotalSeconds),
                new("registrar", "accepted_regs", () => registrar.AcceptedRegistrations) { IsCounter = true },
                new("registrar", "rejected_regs", () => registrar.RejectedRegistrations) { IsCounter = true },
            ];
}
