namespace Parley.Dialogs;

/// <summary>The profiles that one dialog is in: <c>dialog.Profiles.Set("caller", value)</c>. Safe from any thread.</summary>
public readonly struct DialogProfiles : IEquatable<DialogProfiles>
{
    private readonly Dialog _dialog;

    internal DialogProfiles(Dialog dialog) => _dialog = dialog;

    /// <summary>Puts the dialog into a profile without values.</summary>
    /// <param name="profile">The profile's name, with suffix or without.</param>
    /// <returns>Whether it is in it now; false when the profile's limit is reached or the dialog is over.</returns>
    /// <exception cref="ArgumentException">No such profile, or it has values.</exception>
    public bool Set(string profile) => IsMember(Find(profile).Set(_dialog));

    /// <summary>Puts the dialog into a profile.</summary>
    /// <param name="profile">The profile's name, with suffix or without.</param>
    /// <param name="value">The value; empty is one too.</param>
    /// <returns>Whether it is in it now; false when the profile's limit is reached or the dialog is over.</returns>
    /// <exception cref="ArgumentException">No such profile, or it has no values.</exception>
    public bool Set(string profile, ReadOnlySpan<byte> value) => IsMember(Find(profile).Set(_dialog, value));

    /// <summary>Puts the dialog into a profile.</summary>
    /// <param name="profile">The profile's name, with suffix or without.</param>
    /// <param name="value">The value; empty is one too.</param>
    /// <returns>Whether it is in it now; false when the profile's limit is reached or the dialog is over.</returns>
    /// <exception cref="ArgumentException">No such profile, or it has no values.</exception>
    public bool Set(string profile, string value) => IsMember(Find(profile).Set(_dialog, value));

    /// <summary>Puts the dialog into a profile unless the value has as many dialogs as the limit allows; of two calls for the last place one gets it.</summary>
    /// <param name="profile">The profile's name, with suffix or without.</param>
    /// <param name="value">The value; empty is one too.</param>
    /// <param name="limit">The most dialogs with this value, zero or more.</param>
    /// <returns>Whether it is in it now; false when the limit is reached or the dialog is over.</returns>
    /// <exception cref="ArgumentException">No such profile, it has no values, or a limit below zero.</exception>
    public bool TrySet(string profile, ReadOnlySpan<byte> value, int limit) =>
        IsMember(Find(profile).Set(_dialog, value, isReplicated: false, limit));

    /// <summary>Puts the dialog into a profile unless the value has as many dialogs as the limit allows; of two calls for the last place one gets it.</summary>
    /// <param name="profile">The profile's name, with suffix or without.</param>
    /// <param name="value">The value; empty is one too.</param>
    /// <param name="limit">The most dialogs with this value, zero or more.</param>
    /// <returns>Whether it is in it now; false when the limit is reached or the dialog is over.</returns>
    /// <exception cref="ArgumentException">No such profile, it has no values, or a limit below zero.</exception>
    public bool TrySet(string profile, string value, int limit)
    {
        ArgumentNullException.ThrowIfNull(value);
        return TrySet(profile, new Utf8Text(value, stackalloc byte[Utf8Text.ScratchSize]).Bytes, limit);
    }

    /// <summary>Takes the dialog out of a profile; false when it was not in it with this value.</summary>
    /// <param name="profile">The profile's name.</param>
    /// <param name="value">The value; of a profile without values: empty.</param>
    /// <exception cref="ArgumentException">No such profile.</exception>
    public bool Unset(string profile, ReadOnlySpan<byte> value) => Find(profile).Unset(_dialog, value);

    /// <summary>Takes the dialog out of a profile; false when it was not in it with this value.</summary>
    /// <param name="profile">The profile's name.</param>
    /// <param name="value">The value; of a profile without values: empty.</param>
    /// <exception cref="ArgumentException">No such profile.</exception>
    public bool Unset(string profile, string value) => Find(profile).Unset(_dialog, value);

    /// <summary>Whether the dialog is in a profile, with whatever value.</summary>
    /// <param name="profile">The profile's name.</param>
    /// <exception cref="ArgumentException">No such profile.</exception>
    public bool Contains(string profile) => Find(profile).IsIn(_dialog);

    /// <summary>Whether the dialog is in a profile with this value.</summary>
    /// <param name="profile">The profile's name.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">No such profile.</exception>
    public bool Contains(string profile, string value) => Find(profile).IsIn(_dialog, value);

    /// <summary>Every profile and value the dialog is in, the last entered first.</summary>
    public IReadOnlyList<DialogProfileMembership> ToList()
    {
        var list = new List<DialogProfileMembership>();
        _dialog.Module.Profiles.CopyMemberships(ref _dialog.ProfileChain, _dialog.Id, list);
        return list;
    }

    /// <inheritdoc/>
    public bool Equals(DialogProfiles other) => ReferenceEquals(_dialog, other._dialog);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DialogProfiles other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(_dialog);

    /// <summary>Whether both are the profiles of one dialog.</summary>
    public static bool operator ==(DialogProfiles left, DialogProfiles right) => left.Equals(right);

    /// <summary>Whether they are the profiles of two dialogs.</summary>
    public static bool operator !=(DialogProfiles left, DialogProfiles right) => !left.Equals(right);

    private static bool IsMember(DialogProfileResult result) => result is DialogProfileResult.Added or DialogProfileResult.Member;

    private DialogProfile Find(string profile) =>
        _dialog.Module.Profiles.Find(profile)
        ?? throw new ArgumentException($"There is no profile {profile}: define it with AddProfiles.", nameof(profile));
}
