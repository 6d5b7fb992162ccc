namespace Parley.Dialogs;

/// <summary>How dialogs are kept in a store.</summary>
public sealed class DialogStoreOptions
{
    /// <summary>When they are written.</summary>
    public DialogStoreMode Mode { get; set; } = DialogStoreMode.Realtime;

    /// <summary>The time between two writes of <see cref="DialogStoreMode.Delayed"/> (<c>db_update_period</c>), above zero.</summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long to wait after a failure of the store before it is tried again, above zero.</summary>
    public TimeSpan Retry { get; set; } = TimeSpan.FromSeconds(5);

    internal void Validate()
    {
        if (!Enum.IsDefined(Mode))
            throw new ArgumentException($"DialogStoreOptions.Mode has no mode {(int)Mode}.", nameof(Mode));
        if (Period <= TimeSpan.Zero)
            throw new ArgumentException($"DialogStoreOptions.Period is above zero, not {Period}.", nameof(Period));
        if (Retry <= TimeSpan.Zero)
            throw new ArgumentException($"DialogStoreOptions.Retry is above zero, not {Retry}.", nameof(Retry));
    }
}
