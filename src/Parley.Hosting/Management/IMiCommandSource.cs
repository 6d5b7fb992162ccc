namespace Parley.Hosting;

/// <summary>Adds commands to the management interface of an application that has one; without one it is never asked. Register it in the services.</summary>
public interface IMiCommandSource
{
    /// <summary>The commands; asked for once, when the application starts. Each name may be there once in all sources.</summary>
    IEnumerable<MiCommand> Commands { get; }
}
