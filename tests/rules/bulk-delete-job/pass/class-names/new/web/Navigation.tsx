export const Navigation = () => <p className="truncate text-sm font-bold">{name}</p>;
