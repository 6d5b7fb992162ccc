namespace Parley.Management;

/// <summary>Gives the settings that a call file carries along, so that the call can be run again elsewhere. Register one in the services of an application; without it call files have none.</summary>
public interface ISavedSettings
{
    /// <summary>The settings as a JSON object. Passwords and keys are blanked by the one who saves them.</summary>
    string? Json { get; }

    /// <summary>The version of the program.</summary>
    string Version { get; }

    /// <summary>Names and addresses of this element besides its listeners.</summary>
    IReadOnlyList<string> OwnNames { get; }
}
